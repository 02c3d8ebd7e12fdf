//! [`Cloud`]: everything the services know, behind one lock.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::image::{Image, Images};
use crate::new_image::NewImage;
use crate::text;

/// The secret of the application credential `demo-app`.
pub(crate) const APPLICATION_CREDENTIAL_SECRET: &str = "Zk3wQ8yXvB5nH7dL6hR4";

/// How long Nova trusts a token that it has checked, and does not hear that it
/// was revoked.
const NOVA_REMEMBERS: Duration = Duration::from_secs(300);

/// Who may sign in, for what.
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) password: String,
    /// The project on which it has its roles.
    pub(crate) project: &'static str,
    pub(crate) roles: &'static [&'static str],
}

/// What a token is valid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenScope {
    Nothing,
    /// A project, by name.
    Project(&'static str),
    System,
}

/// A token that Keystone gave.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) user: &'static str,
    pub(crate) scope: TokenScope,
    pub(crate) methods: Vec<String>,
    pub(crate) audit_ids: Vec<String>,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    /// When it was revoked through the API.
    pub(crate) revoked: bool,
    /// When Nova last checked it at Keystone.
    seen: Option<Timestamp>,
}

/// For whom a request is.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The id of a project, unless the token has none.
    pub(crate) project: Option<String>,
    pub(crate) admin: bool,
    /// Has a role with which images can be changed.
    pub(crate) member: bool,
    /// The token's catalogue is empty.
    pub(crate) unscoped: bool,
}

impl Caller {
    pub(crate) fn sees(&self, image: &Image) -> bool {
        let open = matches!(image.visibility.as_str(), "public" | "community");
        self.admin || open || self.owns(image) || self.member_of(image).is_some()
    }

    pub(crate) fn owns(&self, image: &Image) -> bool {
        self.project.as_ref() == Some(&image.owner)
    }

    /// Whether the image is shared with this project, and if so accepted.
    fn member_of(&self, image: &Image) -> Option<bool> {
        let mine = |member: &&(String, bool)| Some(&member.0) == self.project.as_ref();
        let found = image
            .members
            .iter()
            .find(mine)
            .map(|(_, accepted)| *accepted);
        found.filter(|_| image.visibility == "shared")
    }

    /// Whether the image is in this project's lists, the hidden ones aside.
    pub(crate) fn lists(&self, image: &Image) -> bool {
        let community = image.visibility == "community" && !self.owns(image);
        let shared = self.member_of(image) == Some(true);
        !community && (self.admin || self.owns(image) || image.visibility == "public" || shared)
    }

    /// Whether the image can be changed or deleted.
    pub(crate) fn changes(&self, image: &Image) -> bool {
        self.admin || (self.member && self.owns(image))
    }
}

/// Everything the services know.
pub(crate) struct Cloud {
    /// `http://127.0.0.1:PORT`.
    pub(crate) base: String,
    pub(crate) max_limit: usize,
    pub(crate) token_life: Duration,
    pub(crate) users: Vec<User>,
    /// Names and ids.
    pub(crate) projects: Vec<(&'static str, String)>,
    pub(crate) role_ids: HashMap<&'static str, String>,
    /// An id for each service and endpoint.
    pub(crate) catalogue_ids: Vec<String>,
    pub(crate) application_credential: String,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) sign_ins: usize,
    pub(crate) images: Images,
    /// The seed images, by label.
    pub(crate) labels: Vec<(&'static str, String)>,
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
            token_life: Duration::from_secs(3600),
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
            catalogue_ids: (0..12).map(|_| text::hex(32)).collect(),
            application_credential: text::hex(32),
            tokens: HashMap::new(),
            sign_ins: 0,
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

    /// Now, and never the same moment twice: the order of the images hangs on it.
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
        let image = new.make(owner, members, created);
        let id = image.id.clone();
        self.images.remove(&id);
        self.images.insert(image);
        id
    }

    pub(crate) fn issue(
        &mut self,
        user: &'static str,
        scope: TokenScope,
        methods: Vec<String>,
        before: Option<&Token>,
    ) -> String {
        let now = self.now();
        // Keystone's times are whole seconds; a life that is not needs more.
        let whole = self.token_life.subsec_nanos() == 0;
        let issued = if whole {
            Timestamp::from_second(now.as_second()).unwrap_or(now)
        } else {
            now
        };
        let expires = issued
            .saturating_add(self.token_life)
            .unwrap_or(Timestamp::MAX);
        let id = format!("gAAAAA{}", text::url_safe(180));
        let mut audit_ids = vec![text::hex(22)];
        audit_ids.extend(before.and_then(|it| it.audit_ids.last().cloned()));
        let token = Token {
            user,
            scope,
            methods,
            audit_ids,
            issued,
            // A token got with a token does not outlive it.
            expires: before.map_or(expires, |it| it.expires),
            revoked: false,
            seen: None,
        };
        self.tokens.insert(id.clone(), token);
        self.sign_ins += 1;
        id
    }

    /// The token of that id, unless it has expired or was revoked.
    pub(crate) fn valid(&self, id: &str) -> Option<&Token> {
        let token = self.tokens.get(id)?;
        (!token.revoked && token.expires > Timestamp::now()).then_some(token)
    }

    /// For whom a token is, as Nova sees it: it remembers for a while the
    /// tokens that it has checked.
    pub(crate) fn caller(&mut self, id: &str) -> Option<Caller> {
        let now = Timestamp::now();
        let token = self.tokens.get_mut(id)?;
        let remembered = token
            .seen
            .and_then(|seen| seen.saturating_add(NOVA_REMEMBERS).ok())
            .is_some_and(|until| until > now);
        if token.expires <= now || (token.revoked && !remembered) {
            return None;
        }
        if !remembered {
            token.seen = Some(now);
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
            unscoped: token.scope == TokenScope::Nothing,
        })
    }

    pub(crate) fn roles(&self, token: &Token) -> &'static [&'static str] {
        match (&token.scope, self.user(token.user)) {
            (TokenScope::Nothing, _) | (_, None) => &[],
            (_, Some(user)) => user.roles,
        }
    }
}
