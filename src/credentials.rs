//! Who signs in, and for what: [`User`], [`ApplicationCredential`], [`Scope`]
//! and the names that they are made of.

use std::fmt;

use secrecy::SecretString;

/// A domain of the Identity service, by id or by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Domain {
    /// By its id, such as `default`.
    Id(String),
    /// By its name, such as `Default`.
    Name(String),
}

impl Domain {
    /// The domain with that id. Sends nothing.
    pub fn by_id(id: impl Into<String>) -> Self {
        Self::Id(id.into())
    }

    /// The domain with that name. Sends nothing.
    pub fn by_name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }
}

/// Something that has an id, or a name within a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    Id(String),
    Name(String, Domain),
}

/// A user, with the password to sign in with.
///
/// `Debug` shows who it is and hides the password, which is wiped from memory
/// when the last copy is dropped.
#[derive(Clone)]
pub struct User {
    pub(crate) who: Who,
    pub(crate) password: Option<SecretString>,
}

impl User {
    /// The user with that id. Sends nothing.
    pub fn by_id(id: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            who: Who::Id(id.into()),
            password: Some(secret(password)),
        }
    }

    /// The user of that name in that domain. Sends nothing.
    pub fn by_name(name: impl Into<String>, password: impl Into<String>, domain: Domain) -> Self {
        Self {
            who: Who::Name(name.into(), domain),
            password: Some(secret(password)),
        }
    }

    /// The user with that id and no password: whose
    /// [`ApplicationCredential::by_name`] it is. Sends nothing.
    pub fn id_only(id: impl Into<String>) -> Self {
        Self {
            who: Who::Id(id.into()),
            password: None,
        }
    }

    /// The user of that name and no password: whose
    /// [`ApplicationCredential::by_name`] it is. Sends nothing.
    pub fn name_only(name: impl Into<String>, domain: Domain) -> Self {
        Self {
            who: Who::Name(name.into(), domain),
            password: None,
        }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("who", &self.who)
            .field("password", &self.password.as_ref().map(|_| "***"))
            .finish()
    }
}

/// A project, by id, or by name within a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Project(pub(crate) Who);

impl Project {
    /// The project with that id. Sends nothing.
    pub fn by_id(id: impl Into<String>) -> Self {
        Self(Who::Id(id.into()))
    }

    /// The project of that name in that domain. Sends nothing.
    pub fn by_name(name: impl Into<String>, domain: Domain) -> Self {
        Self(Who::Name(name.into(), domain))
    }
}

/// What the token is asked to be valid for. Without one, Keystone takes the
/// user's default project, if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// A project: what the Compute service needs.
    Project(Project),
    /// A domain, for its administrators.
    Domain(Domain),
    /// The whole system, for the cloud's administrators.
    System,
    /// The trust with that id, on behalf of the user who made it.
    Trust(String),
    /// Nothing, not even the user's default project.
    Unscoped,
}

/// An application credential: a name and a secret that stand for a user in one
/// project. It is sent without a scope, because it has its own.
#[derive(Clone)]
pub struct ApplicationCredential {
    pub(crate) which: Which,
    pub(crate) secret: SecretString,
}

/// The two ways to name an application credential.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    Id(String),
    Name(String, Who),
}

impl ApplicationCredential {
    /// The application credential with that id. Sends nothing.
    pub fn by_id(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            which: Which::Id(id.into()),
            secret: self::secret(secret),
        }
    }

    /// The application credential of that name, which belongs to `user`. The
    /// user's password is not needed and not sent: see [`User::id_only`] and
    /// [`User::name_only`]. Sends nothing.
    pub fn by_name(name: impl Into<String>, secret: impl Into<String>, user: User) -> Self {
        Self {
            which: Which::Name(name.into(), user.who),
            secret: self::secret(secret),
        }
    }
}

impl fmt::Debug for ApplicationCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplicationCredential")
            .field("which", &self.which)
            .field("secret", &"***")
            .finish()
    }
}

/// A secret from whatever text it came as.
pub(crate) fn secret(text: impl Into<String>) -> SecretString {
    SecretString::from(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_who_and_hides_the_secret() {
        let user = User::by_name("demo", "pa55word", Domain::by_id("default"));
        assert_eq!(
            format!("{user:?}"),
            r#"User { who: Name("demo", Id("default")), password: Some("***") }"#
        );
        let credential = ApplicationCredential::by_name("app", "s3cret", user);
        assert_eq!(
            format!("{credential:?}"),
            r#"ApplicationCredential { which: Name("app", Name("demo", Id("default"))), secret: "***" }"#
        );
    }
}
