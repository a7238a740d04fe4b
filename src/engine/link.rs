//! Presigned links.

use super::{Engine, SignedLink};
use crate::model::{Account, Answer, Trouble};
use crate::s3::{Link, LinkMethod};

impl Engine {
    /// Signs a link with the server's clock. Pure computation: never waits.
    ///
    /// # Errors
    /// When there are no keys or the validity is impossible.
    pub fn link(&self, account: &Account, link: &Link) -> Answer<SignedLink> {
        let client = match link.method {
            LinkMethod::Get => self.client(account)?,
            LinkMethod::Put => self.writable(account)?,
        };
        let url = client.link(link).map_err(|error| error.trouble())?;
        let expires_at = client.now() + link.expires;
        Ok(SignedLink {
            url,
            link: link.clone(),
            expires_at,
        })
    }

    /// Tries a GET link as its receiver would: no credentials, one byte. Gives the status.
    ///
    /// # Errors
    /// When it does not work, with the server's reason; and for a PUT link, which cannot be tried
    /// without writing.
    pub async fn test_link(&self, account: &Account, link: &SignedLink) -> Answer<u16> {
        if link.link.method == LinkMethod::Put {
            return Err(Trouble::new(
                "CannotTest",
                "This link cannot be tested",
                "trying an upload link would write an object",
                "send it to whoever uploads; the curl line shows how it is used",
            ));
        }
        self.client(account)?
            .try_link(&link.url)
            .await
            .map_err(|error| error.trouble())
    }
}
