//! Why a connection usually fails, and what else we found wrong ourselves: the codes that no server
//! sends. A row with an empty `why` lets the error underneath speak for itself.

use super::table::Row;

/// Our own codes.
pub(super) const BY_US: &[Row] = &[
    // The way there.
    Row::new(
        &["NameNotFound"],
        "the name {host} does not exist, or this machine is offline",
        "check the endpoint, the network and the VPN",
    ),
    Row::new(
        &["NameLookupFailed"],
        "the name {host} cannot be looked up right now",
        "check the network, then try again",
    ),
    Row::new(
        &["ConnectionRefused"],
        "nothing listens at {host}",
        "check the port, and that the server runs",
    ),
    Row::new(
        &["ConnectTimeout", "Unreachable"],
        "{host} cannot be reached",
        "check the network, the firewall and the VPN",
    ),
    Row::new(
        &["CertificateUnknown"],
        "nobody whom this machine trusts signed the certificate of {host}",
        "give its authority with ca_bundle (or AWS_CA_BUNDLE), or install it on this machine",
    ),
    Row::new(
        &["CertificateName"],
        "the certificate of {host} is for another name",
        "use the name in the certificate; for a bucket with dots set addressing = \"path\"",
    ),
    Row::new(
        &["CertificateDates"],
        "the certificate of {host} has expired or is not valid yet",
        "check the clock of this machine; else whoever runs the server must renew it",
    ),
    Row::new(
        &["CertificateSelfMade"],
        "the certificate of {host} is self-signed in a way that only authorities may use",
        "make it anew with basicConstraints=CA:FALSE and give it with --ca-bundle; to take it \
         unseen: --no-verify-ssl",
    ),
    Row::new(
        &["CertificateInvalid"],
        "the certificate of {host} cannot be trusted",
        "ask whoever runs the server",
    ),
    Row::new(
        &["NotTls"],
        "there is no https at {host}",
        "check the port; if the server really has no https, write http:// in the endpoint",
    ),
    Row::new(
        &["TlsFailed"],
        "no secure connection to {host} came about",
        "try again; if it stays, check proxies and firewalls on the way",
    ),
    Row::new(
        &["ProxyFailed"],
        "the proxy does not let us through to {host}",
        "check HTTPS_PROXY, and add the host to NO_PROXY if it needs none",
    ),
    Row::new(
        &["ProxyPath"],
        "a name with a part '.' or '..' cannot be sent through the proxy unchanged",
        "add {host} to NO_PROXY, or rename the object",
    ),
    Row::new(
        &["ConnectionReset"],
        "{host} closed the connection without an answer",
        "try again; if it stays, check whether the endpoint wants http:// or https://, and \
         proxies and firewalls on the way",
    ),
    Row::new(
        &["UploadReset"],
        "{host} closed the connection during the upload",
        "try again; if it stays, set upload = \"presigned\" for this account",
    ),
    Row::new(
        &["Stalled"],
        "nothing moved any more between here and {host}",
        "check the network, then try again with less at once (--parallel)",
    ),
    Row::new(
        &["BodyCut", "AnswerCut"],
        "the answer of {host} broke off",
        "try again",
    ),
    Row::new(
        &["NotHttp"],
        "what answers at {host} does not speak http",
        "check the port; the server may want https://",
    ),
    Row::new(
        &["SourceUnreadable"],
        "",
        "check the file, then upload it again",
    ),
    // What we found wrong ourselves.
    Row::new(
        &["RangeIgnored"],
        "the server does not send parts of objects",
        "read the whole object",
    ),
    Row::new(
        &["RangeMangled"],
        "the server sent another part of the object than was asked for",
        "try again; if it stays, suspect a proxy",
    ),
    Row::new(
        &["ListingLoops", "ListingNoToken"],
        "the server's listing does not come to an end",
        "tell whoever runs the server; narrower prefixes may work",
    ),
    Row::new(
        &["NoCredentials"],
        "there are no credentials to sign with",
        "add an access key to this account",
    ),
    Row::new(
        &["Certificates"],
        "",
        "check ca_bundle and AWS_CA_BUNDLE, and the certificates of this system",
    ),
];
