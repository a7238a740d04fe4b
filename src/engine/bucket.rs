//! Buckets and listings.

use super::{Contents, Engine};
use crate::model::{
    Account, Answer, Bucket, BucketName, Entry, Location, Page, Prefix, Token, Trouble,
};
use crate::s3::{
    Client, CreateBucket, DeleteBucket, Error, ErrorKind, HeadBucket, ListBuckets, ListForm,
    ListObjects,
};

/// Rows of a page. Source: s3.md L-1: small pages lose keys on some servers, larger are clipped.
const PAGE: u32 = 1000;

/// `max-buckets` for AWS, which names the regions only when it is asked in pages.
const BUCKET_PAGE: u32 = 1000;

impl Engine {
    /// The buckets of an account, by name: what the server lists, and what the config names.
    ///
    /// # Errors
    /// When they cannot be listed and the config names none.
    pub async fn buckets(&self, account: &Account) -> Answer<Vec<Bucket>> {
        let client = self.client(account)?;
        let named = self.named_buckets(account);
        let mut buckets = match all_buckets(client).await {
            Ok(buckets) => buckets,
            Err(_) if !named.is_empty() => Vec::new(),
            Err(error) => return Err(error.trouble()),
        };
        for name in named {
            if !buckets.iter().any(|bucket| bucket.name == name) {
                buckets.push(Bucket {
                    name,
                    created: None,
                    region: None,
                });
            }
        }
        buckets.sort_by(|a, b| a.name.cmp(&b.name));
        buckets.dedup_by(|a, b| a.name == b.name);
        Ok(buckets)
    }

    fn named_buckets(&self, account: &Account) -> Vec<BucketName> {
        let profile = self
            .config()
            .accounts
            .iter()
            .find(|p| p.account == *account);
        profile.map(|p| p.buckets.clone()).unwrap_or_default()
    }

    /// One page of what is directly under a prefix. The marker object of the prefix is left out.
    ///
    /// # Errors
    /// When it cannot be listed.
    pub async fn page(
        &self,
        account: &Account,
        bucket: &BucketName,
        prefix: &Prefix,
        from: Option<Token>,
    ) -> Answer<Page> {
        let list = ListObjects {
            delimited: true,
            ..listing(bucket, prefix.as_str(), from)
        };
        let mut page = self
            .client(account)?
            .list(&list)
            .await
            .map_err(|error| error.trouble())?;
        page.entries.retain(|entry| match entry {
            Entry::Object(object) => object.key.as_str() != prefix.as_str(),
            Entry::Prefix(_) => true,
        });
        Ok(page)
    }

    /// One page of everything whose key starts with a text, without grouping.
    ///
    /// # Errors
    /// When it cannot be listed.
    pub async fn page_flat(
        &self,
        account: &Account,
        bucket: &BucketName,
        prefix: &str,
        from: Option<Token>,
    ) -> Answer<Page> {
        let list = listing(bucket, prefix, from);
        self.client(account)?
            .list(&list)
            .await
            .map_err(|error| error.trouble())
    }

    /// Makes a bucket in the account's region. One that is ours already is fine.
    ///
    /// # Errors
    /// When the name is taken or refused.
    pub async fn make_bucket(&self, account: &Account, bucket: &BucketName) -> Answer<()> {
        let client = self.writable(account)?;
        let region = client.settings().endpoint.region.clone();
        let region = (!matches!(&*region, "" | "us-east-1" | "auto")).then_some(region);
        let mut create = CreateBucket {
            bucket: bucket.clone(),
            region,
        };
        let mut made = client.call(&create).await;
        let picky = |error: &Error| {
            matches!(
                error.code.as_deref(),
                Some("InvalidLocationConstraint" | "MalformedXML")
            )
        };
        if create.region.is_some() && made.as_ref().is_err_and(picky) {
            create.region = None;
            made = client.call(&create).await;
        }
        match made {
            Ok(()) => Ok(()),
            Err(error) if error.kind == ErrorKind::Conflict => {
                let ours = client
                    .call(&HeadBucket {
                        bucket: bucket.clone(),
                    })
                    .await
                    .is_ok();
                if ours { Ok(()) } else { Err(error.trouble()) }
            }
            Err(error) => Err(with_name_advice(error.trouble(), bucket)),
        }
    }

    /// Drops a bucket. Lists it first and refuses unless it is empty, whatever the server would
    /// do; with [`Contents::Delete`] deletes everything in it before.
    ///
    /// # Errors
    /// When it is not empty or cannot be dropped.
    pub async fn drop_bucket(
        &self,
        account: &Account,
        bucket: &BucketName,
        contents: Contents,
    ) -> Answer<()> {
        let client = self.writable(account)?;
        if contents == Contents::Delete {
            let all = Location::Under {
                account: account.clone(),
                bucket: bucket.clone(),
                prefix: Prefix::root(),
            };
            let (running, _) = tokio::sync::watch::channel(super::Tally::default());
            let gone = self.delete(&[all], &running).await?;
            if let Some((_, why)) = gone.failed.into_iter().next() {
                return Err(why);
            }
        }
        let probe = ListObjects {
            max: 1,
            ..listing(bucket, "", None)
        };
        let page = client.list(&probe).await.map_err(|error| error.trouble())?;
        if !page.entries.is_empty() {
            return Err(Trouble::new(
                "BucketNotEmpty",
                &format!("Cannot drop the bucket {bucket}"),
                "it is not empty",
                match contents {
                    Contents::Keep => "delete what is in it first, or use `windlass rb --force`",
                    Contents::Delete => {
                        "something new came in, or the server keeps what it cannot delete: list \
                         the bucket and see"
                    }
                },
            ));
        }
        let drop = DeleteBucket {
            bucket: bucket.clone(),
        };
        client.call(&drop).await.map_err(|error| error.trouble())
    }
}

pub(super) fn listing(bucket: &BucketName, prefix: &str, token: Option<Token>) -> ListObjects {
    ListObjects {
        bucket: bucket.clone(),
        prefix: prefix.into(),
        delimited: false,
        token,
        start_after: None,
        max: PAGE,
        form: ListForm::default(),
        encoding: None,
    }
}

/// All pages of the buckets. Only AWS is asked in pages: others ignore the parameter or, worse,
/// cut the list without saying so (rule L-13).
async fn all_buckets(client: &Client) -> Result<Vec<Bucket>, Error> {
    let host = client
        .settings()
        .endpoint
        .base
        .host_str()
        .unwrap_or_default()
        .to_owned();
    let aws = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
    let mut ask = ListBuckets {
        max: aws.then_some(BUCKET_PAGE),
        token: None,
    };
    let mut all = Vec::new();
    loop {
        let (page, next) = client.call(&ask).await?;
        all.extend(page);
        match next {
            Some(next) if ask.max.is_some() && ask.token.as_ref() != Some(&next) => {
                ask.token = Some(next);
            }
            _ => return Ok(all),
        }
    }
}

fn with_name_advice(trouble: Trouble, bucket: &BucketName) -> Trouble {
    match bucket.strict_trouble() {
        Some(rule) => trouble.with("name", rule),
        None => trouble,
    }
}
