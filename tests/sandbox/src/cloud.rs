//! [`Cloud`]: the state that the services share.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::image::{Image, Images};
use crate::new_image::NewImage;
use crate::text;

/// The secret of the application credential `demo-app`.
pub(crate) const APPLICATION_CREDENTIAL_SECRET: &str = "Zk3wQ8yXvB5nH7dL6hR4";

/// How long Nova caches a validated token. It accepts the token in this time
/// even if it is revoked.
const NOVA_TOKEN_CACHE: Duration = Duration::from_secs(300);

/// A user, and the roles of the user.
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) password: String,
    /// The project of the roles.
    pub(crate) project: &'static str,
    pub(crate) roles: &'static [&'static str],
}

/// The scope of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenScope {
    Unscoped,
    /// The name of a project.
    Project(&'static str),
    System,
}

/// A token that Keystone issued.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) user: &'static str,
    pub(crate) scope: TokenScope,
    pub(crate) methods: Vec<String>,
    pub(crate) audit_ids: Vec<String>,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    /// Whether it was revoked through the API.
    pub(crate) revoked: bool,
    /// When Nova last validated it.
    validated: Option<Timestamp>,
}

/// The project and roles of the token of a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The id of the project of the token.
    pub(crate) project: Option<String>,
    pub(crate) admin: bool,
    /// Whether a role allows changes to images.
    pub(crate) member: bool,
    /// Whether the catalog of the token is empty.
    pub(crate) unscoped: bool,
}

impl Caller {
    /// Whether the image is visible by its id.
    pub(crate) fn can_see(&self, image: &Image) -> bool {
        let open = matches!(image.visibility.as_str(), "public" | "community");
        let unowned = image.owner.is_empty() && image.visibility == "shared";
        let shared = unowned || self.membership(image).is_some();
        self.admin || open || shared || self.owns(image)
    }

    pub(crate) fn owns(&self, image: &Image) -> bool {
        self.project.as_ref() == Some(&image.owner)
    }

    /// The status of this project as a member of the image, if it is shared with
    /// the project.
    fn membership<'a>(&self, image: &'a Image) -> Option<&'a str> {
        let mut members = image.members.iter();
        let own = members.find(|it| Some(&it.id) == self.project.as_ref());
        own.filter(|_| image.visibility == "shared")
            .map(|it| it.status.as_str())
    }

    /// Whether the image is in the lists of this project, unless it is hidden.
    pub(crate) fn lists(&self, image: &Image) -> bool {
        let community = image.visibility == "community" && !self.owns(image);
        !community && self.can_list(image, "accepted")
    }

    /// Whether the image is in this project's lists of every visibility. An image of
    /// another project must be public, community, or shared with this project as a
    /// member of this status, which can be `all`.
    pub(crate) fn can_list(&self, image: &Image, member_status: &str) -> bool {
        let open = matches!(image.visibility.as_str(), "public" | "community");
        let member = self
            .membership(image)
            .is_some_and(|it| member_status == "all" || it == member_status);
        self.admin || open || member || self.owns(image)
    }

    /// Whether the image can be changed or deleted.
    pub(crate) fn can_modify(&self, image: &Image) -> bool {
        self.admin || (self.member && self.owns(image))
    }
}

/// The state that the services share.
pub(crate) struct Cloud {
    /// `http://127.0.0.1:PORT`.
    pub(crate) base: String,
    /// Nova's `max_limit`.
    pub(crate) max_limit: usize,
    /// Glance's `limit_param_default`.
    pub(crate) limit_param_default: usize,
    /// Glance's `api_limit_max`.
    pub(crate) api_limit_max: usize,
    pub(crate) token_life: Duration,
    /// The largest size of an upload, in bytes.
    pub(crate) image_size_cap: usize,
    /// The largest total size of a project's images, in bytes.
    pub(crate) storage_quota: Option<u64>,
    pub(crate) users: Vec<User>,
    /// Names and ids.
    pub(crate) projects: Vec<(&'static str, String)>,
    pub(crate) role_ids: HashMap<&'static str, String>,
    /// An id for each service and endpoint.
    pub(crate) catalog_ids: Vec<String>,
    pub(crate) application_credential: String,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) authentications: usize,
    pub(crate) images: Images,
    /// The seed images, by label.
    pub(crate) labels: Vec<(&'static str, String)>,
    /// The last result of [`now`](Self::now).
    last: Timestamp,
}

impl Cloud {
    pub(crate) fn new(base: String) -> Self {
        let user = |name: &'static str, project, roles| User {
            id: text::hex(32),
            name,
            password: format!("{name}-password"),
            project,
            roles,
        };
        Self {
            base,
            max_limit: 1000,
            limit_param_default: 25,
            api_limit_max: 1000,
            token_life: Duration::from_secs(3600),
            image_size_cap: 64 << 20,
            storage_quota: None,
            users: vec![
                user("demo", "demo", &["member", "reader"]),
                user("demo-reader", "demo", &["reader"]),
                user("other", "other", &["member", "reader"]),
                user("admin", "admin", &["admin", "manager", "member", "reader"]),
            ],
            projects: ["demo", "other", "service", "admin"]
                .map(|it| (it, text::hex(32)))
                .into(),
            role_ids: ["admin", "manager", "member", "reader"]
                .map(|it| (it, text::hex(32)))
                .into(),
            catalog_ids: (0..12).map(|_| text::hex(32)).collect(),
            application_credential: text::hex(32),
            tokens: HashMap::new(),
            authentications: 0,
            images: Images::default(),
            labels: Vec::new(),
            last: Timestamp::UNIX_EPOCH,
        }
    }

    pub(crate) fn identity_url(&self) -> String {
        format!("{}/identity/v3", self.base)
    }

    pub(crate) fn image_url(&self) -> String {
        format!("{}/image", self.base)
    }

    pub(crate) fn compute_url(&self) -> String {
        format!("{}/compute/v2.1", self.base)
    }

    /// The id of a project.
    pub(crate) fn project(&self, name: &str) -> Option<&str> {
        self.projects
            .iter()
            .find(|(it, _)| *it == name)
            .map(|(_, id)| id.as_str())
    }

    pub(crate) fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|it| it.name == name)
    }

    /// The current time, different for each call: images are sorted by it.
    pub(crate) fn now(&mut self) -> Timestamp {
        let now = Timestamp::now();
        let next = self
            .last
            .saturating_add(Duration::from_micros(1))
            .unwrap_or(now);
        self.last = now.max(next);
        self.last
    }

    pub(crate) fn add_image(&mut self, new: NewImage) -> String {
        let now = self.now();
        let created = now.saturating_sub(new.age).unwrap_or(now);
        let id = |name: &String| self.project(name).unwrap_or(name).to_owned();
        let (owner, members) = (id(&new.owner), new.shared_with.iter().map(id).collect());
        let image = new.create(owner, members, created);
        let id = image.id.clone();
        self.images.remove(&id);
        self.images.insert(image);
        id
    }

    /// Issues a token and returns its id.
    pub(crate) fn issue(
        &mut self,
        user: &'static str,
        scope: TokenScope,
        methods: Vec<String>,
        previous: Option<&Token>,
    ) -> String {
        let now = self.now();
        // Keystone's times are whole seconds. A shorter life needs fractions.
        let whole = self.token_life.subsec_nanos() == 0;
        let issued = if whole {
            Timestamp::from_second(now.as_second()).unwrap_or(now)
        } else {
            now
        };
        let expires = issued
            .saturating_add(self.token_life)
            .unwrap_or(Timestamp::MAX);
        let id = format!("gAAAAA{}", text::base64url(180));
        let mut audit_ids = vec![text::hex(22)];
        audit_ids.extend(previous.and_then(|it| it.audit_ids.last().cloned()));
        let token = Token {
            user,
            scope,
            methods,
            audit_ids,
            issued,
            // A token issued for a token expires with it.
            expires: previous.map_or(expires, |it| it.expires),
            revoked: false,
            validated: None,
        };
        self.tokens.insert(id.clone(), token);
        self.authentications += 1;
        id
    }

    /// The token, unless it has expired or was revoked.
    pub(crate) fn valid(&self, id: &str) -> Option<&Token> {
        let token = self.tokens.get(id)?;
        (!token.revoked && token.expires > Timestamp::now()).then_some(token)
    }

    /// The caller that Nova finds for a token. Nova caches validated tokens.
    pub(crate) fn caller(&mut self, id: &str) -> Option<Caller> {
        let now = Timestamp::now();
        let token = self.tokens.get_mut(id)?;
        let cached = token
            .validated
            .and_then(|validated| validated.saturating_add(NOVA_TOKEN_CACHE).ok())
            .is_some_and(|until| until > now);
        if token.expires <= now || (token.revoked && !cached) {
            return None;
        }
        if !cached {
            token.validated = Some(now);
        }
        let token = token.clone();
        let roles = self.roles(&token);
        let project = match token.scope {
            TokenScope::Project(name) => self.project(name).map(str::to_owned),
            _ => None,
        };
        Some(Caller {
            project,
            admin: roles.contains(&"admin"),
            member: roles.contains(&"member"),
            unscoped: token.scope == TokenScope::Unscoped,
        })
    }

    pub(crate) fn roles(&self, token: &Token) -> &'static [&'static str] {
        match (&token.scope, self.user(token.user)) {
            (TokenScope::Unscoped, _) | (_, None) => &[],
            (_, Some(user)) => user.roles,
        }
    }
}
