//! Credentials and scopes for authentication.

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
    /// The domain with this id. Sends nothing.
    pub fn by_id(id: impl Into<String>) -> Self {
        Self::Id(id.into())
    }

    /// The domain with this name. Sends nothing.
    pub fn by_name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }
}

/// An id, or a name within a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identifier {
    Id(String),
    Name(String, Domain),
}

/// A user with a password.
///
/// `Debug` hides the password, which is erased from memory when the last clone is
/// dropped.
#[derive(Clone)]
pub struct User {
    pub(crate) id: Identifier,
    pub(crate) password: SecretString,
}

impl User {
    /// The user with this id. Sends nothing.
    pub fn by_id(id: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            id: Identifier::Id(id.into()),
            password: secret(password),
        }
    }

    /// The user with this name in a domain. Sends nothing.
    pub fn by_name(name: impl Into<String>, password: impl Into<String>, domain: Domain) -> Self {
        Self {
            id: Identifier::Name(name.into(), domain),
            password: secret(password),
        }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("password", &"***")
            .finish()
    }
}

/// A user without a password: the owner of an
/// [`ApplicationCredential::by_name`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserRef(pub(crate) Identifier);

impl UserRef {
    /// The user with this id. Sends nothing.
    pub fn by_id(id: impl Into<String>) -> Self {
        Self(Identifier::Id(id.into()))
    }

    /// The user with this name in a domain. Sends nothing.
    pub fn by_name(name: impl Into<String>, domain: Domain) -> Self {
        Self(Identifier::Name(name.into(), domain))
    }
}

impl From<User> for UserRef {
    /// The same user; the password is dropped.
    fn from(user: User) -> Self {
        Self(user.id)
    }
}

/// A project, by id, or by name within a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Project(pub(crate) Identifier);

impl Project {
    /// The project with this id. Sends nothing.
    pub fn by_id(id: impl Into<String>) -> Self {
        Self(Identifier::Id(id.into()))
    }

    /// The project with this name in a domain. Sends nothing.
    pub fn by_name(name: impl Into<String>, domain: Domain) -> Self {
        Self(Identifier::Name(name.into(), domain))
    }
}

/// The scope of a token. If it is unset, Keystone uses the default project of
/// the user, if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// A project, which the Compute and Image services require.
    Project(Project),
    /// A domain, for domain administrators.
    Domain(Domain),
    /// The whole system, for cloud administrators.
    System,
    /// The trust with this id, on behalf of the user who created it.
    Trust(String),
    /// No scope, not even the default project of the user.
    Unscoped,
}

/// An application credential: an id or name, and a secret, that authenticate a
/// user in one project. It is sent without a scope, because it has its own.
///
/// `Debug` hides the secret.
#[derive(Clone)]
pub struct ApplicationCredential {
    pub(crate) id: CredentialId,
    pub(crate) secret: SecretString,
}

/// The id of an application credential, or its name and its owner.
#[derive(Clone, Debug)]
pub(crate) enum CredentialId {
    Id(String),
    Name(String, UserRef),
}

impl ApplicationCredential {
    /// The application credential with this id. Sends nothing.
    pub fn by_id(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: CredentialId::Id(id.into()),
            secret: self::secret(secret),
        }
    }

    /// The application credential with this name, which belongs to `user`: a
    /// [`UserRef`], or a [`User`] whose password is not used. Sends nothing.
    pub fn by_name(
        name: impl Into<String>,
        secret: impl Into<String>,
        user: impl Into<UserRef>,
    ) -> Self {
        Self {
            id: CredentialId::Name(name.into(), user.into()),
            secret: self::secret(secret),
        }
    }
}

impl fmt::Debug for ApplicationCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplicationCredential")
            .field("id", &self.id)
            .field("secret", &"***")
            .finish()
    }
}

pub(crate) fn secret(text: impl Into<String>) -> SecretString {
    SecretString::from(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_passwords_and_secrets() {
        let user = User::by_name("demo", "pa55word", Domain::by_id("default"));
        assert_eq!(
            format!("{user:?}"),
            r#"User { id: Name("demo", Id("default")), password: "***" }"#
        );
        let credential = ApplicationCredential::by_name("app", "s3cret", user);
        assert_eq!(
            format!("{credential:?}"),
            r#"ApplicationCredential { id: Name("app", UserRef(Name("demo", Id("default")))), secret: "***" }"#
        );
    }
}
