//! The region that an endpoint's name tells.
//!
//! Pure text. Wrong guesses are repaired later by what the server answers, so only clear shapes
//! are read: `s3.<region>.…`, `s3-<region>.…`, `<bucket>.s3.<region>.…`.

use url::{Host, Url};

/// The region signed with when nobody said one. Source: Amazon S3 API reference, "Regions".
pub(super) const FALLBACK: &str = "us-east-1";

/// The region in an endpoint's host name, if it has a known shape.
pub(super) fn of_endpoint(endpoint: &str) -> Option<String> {
    let url = Url::parse(endpoint).ok()?;
    let Some(Host::Domain(host)) = url.host() else {
        return None;
    };
    let host = host.to_ascii_lowercase();
    if host.ends_with(".r2.cloudflarestorage.com") || host == "storage.googleapis.com" {
        return Some("auto".into());
    }
    let labels: Vec<&str> = host.split('.').collect();
    let at = labels
        .iter()
        .take(2)
        .position(|l| *l == "s3" || l.starts_with("s3-"))?;
    let region = match labels[at].strip_prefix("s3-") {
        Some(region) => region,
        None if labels.get(at + 1) == Some(&"dualstack") => labels.get(at + 2)?,
        None => labels.get(at + 1)?,
    };
    // A region stands in front of a domain of at least two labels, and has a dash or a digit.
    let has_domain = labels.iter().skip_while(|l| !l.ends_with(region)).count() >= 3;
    let shaped = region.contains('-') || region.ends_with(|c: char| c.is_ascii_digit());
    (has_domain && shaped).then(|| region.into())
}

/// Whether a region is one of Amazon's by its shape: `eu-west-1`, `us-gov-east-1`.
pub(super) fn is_amazon(region: &str) -> bool {
    const AREAS: [&str; 10] = ["us", "eu", "ap", "ca", "sa", "me", "af", "il", "mx", "cn"];
    let mut parts = region.split('-');
    let area = parts.next().is_some_and(|a| AREAS.contains(&a));
    let rest: Vec<&str> = parts.collect();
    let words = |w: &&str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase());
    match rest.split_last() {
        Some((number, names)) if area && !names.is_empty() => {
            number.len() == 1 && number.parse::<u8>().is_ok() && names.iter().all(words)
        }
        _ => false,
    }
}

/// Amazon's endpoint of a region.
pub(super) fn amazon_endpoint(region: &str) -> String {
    let end = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("https://s3.{region}.amazonaws.com{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_tell_their_region() {
        for (endpoint, want) in [
            ("https://s3.in-west3.purestore.io", Some("in-west3")),
            ("https://s3.eu-west-3.amazonaws.com", Some("eu-west-3")),
            ("https://s3-eu-west-1.amazonaws.com/", Some("eu-west-1")),
            ("https://b.s3.eu-west-1.amazonaws.com", Some("eu-west-1")),
            (
                "https://s3.dualstack.eu-west-1.amazonaws.com",
                Some("eu-west-1"),
            ),
            ("https://s3.fr-par.scw.cloud", Some("fr-par")),
            ("https://abc.r2.cloudflarestorage.com", Some("auto")),
            ("https://storage.googleapis.com", Some("auto")),
            ("https://s3.amazonaws.com", None),
            ("https://s3.wasabisys.com", None),
            ("https://s3.example.co.uk", None),
            ("https://minio.lan:9000", None),
            ("http://127.0.0.1:9000", None),
            ("http://[::1]:9000", None),
            ("nonsense", None),
        ] {
            assert_eq!(of_endpoint(endpoint).as_deref(), want, "{endpoint}");
        }
    }

    #[test]
    fn amazons_regions_have_a_shape() {
        for (region, want) in [
            ("eu-west-1", true),
            ("us-gov-east-1", true),
            ("cn-north-1", true),
            ("in-west3", false),
            ("auto", false),
            ("us-west-002", false),
            ("garage", false),
            ("us-1", false),
        ] {
            assert_eq!(is_amazon(region), want, "{region}");
        }
        assert_eq!(
            amazon_endpoint("cn-north-1"),
            "https://s3.cn-north-1.amazonaws.com.cn"
        );
    }
}
