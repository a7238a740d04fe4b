//! Why a server usually sends a code, and what helps: one row for each. Knows no error, only
//! texts. A row with an empty `why` lets the server speak for itself.

/// One or more codes with one meaning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) codes: &'static [&'static str],
    pub(super) why: &'static str,
    pub(super) fix: &'static str,
}

impl Row {
    pub(super) const fn new(
        codes: &'static [&'static str],
        why: &'static str,
        fix: &'static str,
    ) -> Self {
        Self { codes, why, fix }
    }
}

/// Sources: Amazon S3 API reference, "Error responses"; the CloudPe object storage guide,
/// "Troubleshooting"; answers seen from RGW, Garage, `MinIO`, rclone, moto and s3s.
pub(super) const BY_SERVER: &[Row] = &[
    // Who you are and what you may do.
    Row::new(
        &["AccessDenied", "Forbidden"],
        "this key has no permission for it, or a policy of the bucket forbids it",
        "ask for the permission {action} on {bucket}",
    ),
    Row::new(
        &["SignatureDoesNotMatch"],
        "the secret key is wrong, or something between here and the server changed the request",
        "enter the secret key again; behind a proxy, check that it keeps host and path",
    ),
    Row::new(
        &["InvalidAccessKeyId", "NotSignedUp"],
        "{host} does not know this access key: it is mistyped, was replaced, or belongs to \
         another server",
        "check the access key of this account, or make a new one (CloudPe: CMP, Object Storage, \
         Access Keys); a temporary key (ASIA…) also needs its session token",
    ),
    Row::new(
        &["ExpiredToken", "InvalidToken", "TokenRefreshRequired"],
        "the session of these temporary credentials is over",
        "renew them (for example: aws sso login), then try again",
    ),
    Row::new(
        &["AuthenticationLockout"],
        "the server locked this account after too many wrong signatures",
        "correct the key, wait five minutes, then try again",
    ),
    Row::new(
        &["AccountProblem", "AllAccessDisabled", "InvalidSecurity"],
        "the provider has closed this account or bucket",
        "ask the provider: often it is about a bill or a block",
    ),
    Row::new(
        &["RequestTimeTooSkewed"],
        "the clock of this machine is more than 15 minutes off",
        "set the clock (Linux: timedatectl set-ntp true)",
    ),
    Row::new(
        &["RequestExpired"],
        "the link has expired, or the clock of this machine is wrong",
        "make a new link; check the clock",
    ),
    Row::new(
        &["AuthorizationQueryParametersError"],
        "the link was signed for more than 7 days, or for another region",
        "make a shorter link; check the region of this account",
    ),
    // Where it is.
    Row::new(
        &["AuthorizationHeaderMalformed", "InvalidRegion"],
        "the request was signed for another region than the server's",
        "set the region of this account to the one that the server names (CloudPe: in-west3)",
    ),
    Row::new(
        &["PermanentRedirect", "TemporaryRedirect"],
        "the bucket lives in another region or at another endpoint",
        "set the endpoint and the region of the bucket for this account",
    ),
    Row::new(
        &[
            "IllegalLocationConstraintException",
            "InvalidLocationConstraint",
        ],
        "the region that was asked for is not the one of this endpoint",
        "use the endpoint of that region, or leave the region out",
    ),
    Row::new(
        &["NoSuchBucket"],
        "there is no bucket of this name at {host}",
        "check the name in the list of buckets, and the endpoint and region of this account",
    ),
    Row::new(
        &["NoSuchKey"],
        "there is no object of this name; it may have been deleted meanwhile",
        "check the name against a new listing",
    ),
    Row::new(
        &["NoSuchVersion"],
        "this version is gone, or is a mark of deletion",
        "look at the versions of the object",
    ),
    Row::new(
        &["NoSuchUpload"],
        "the server knows no such upload: it was finished, given up or has expired",
        "look whether the object is there; if not, upload it again",
    ),
    Row::new(
        &["InvalidBucketName"],
        "the server does not take this name for a bucket",
        "use 3 to 63 lower case letters, digits and '-'",
    ),
    Row::new(
        &["BucketAlreadyExists"],
        "a bucket of this name is there already, perhaps somebody else's",
        "choose another name",
    ),
    Row::new(
        &["BucketAlreadyOwnedByYou"],
        "the bucket is yours already",
        "open it",
    ),
    Row::new(
        &["BucketNotEmpty"],
        "there are still objects, older versions or unfinished uploads in it",
        "delete them first",
    ),
    Row::new(
        &["TooManyBuckets"],
        "the account may not have more buckets",
        "remove one, or ask the provider for more",
    ),
    Row::new(
        &["SecondLevelDomainForbidden", "PathStyleDomainForbidden"],
        "this server wants the bucket's name in front of the host",
        "set addressing = \"virtual\" for this account",
    ),
    // What was sent.
    Row::new(
        &["EntityTooLarge"],
        "it is larger than the server takes in one piece",
        "upload in parts, or with smaller parts (--part-size)",
    ),
    Row::new(
        &["EntityTooSmall"],
        "a part is smaller than the server allows",
        "upload again with larger parts (--part-size)",
    ),
    Row::new(
        &["InvalidPart", "InvalidPartOrder"],
        "the server misses a part, or has another one than we sent",
        "upload the file again",
    ),
    Row::new(
        &["BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch"],
        "the bytes changed on their way to the server",
        "try again; if it stays, suspect memory, the network card or a proxy",
    ),
    Row::new(
        &["MissingContentLength"],
        "the length of the upload got lost, probably in a proxy",
        "check the proxy between here and {host}",
    ),
    Row::new(
        &["IncompleteBody", "RequestTimeout"],
        "the upload stood still for too long",
        "upload fewer things at once (--parallel)",
    ),
    Row::new(
        &["KeyTooLongError"],
        "the name is longer than 1024 bytes",
        "use a shorter name",
    ),
    Row::new(
        &["XMinioInvalidObjectName", "XMinioInvalidResourceName"],
        "the server cannot store this name ('//', '.' or '..' in it, or too long)",
        "rename it",
    ),
    Row::new(
        &["MetadataTooLarge", "RequestHeaderSectionTooLarge"],
        "the metadata is larger than the server takes",
        "use less metadata",
    ),
    Row::new(
        &["MalformedXML"],
        "the server did not understand the request",
        "",
    ),
    Row::new(
        &["InvalidStorageClass"],
        "the server does not know this storage class",
        "leave the storage class out",
    ),
    Row::new(
        &["AccessControlListNotSupported"],
        "the bucket takes no access lists for single objects",
        "leave the access list out",
    ),
    Row::new(
        &["InvalidRange"],
        "the object is empty or has become shorter",
        "list it again: its size may have changed",
    ),
    Row::new(
        &["PreconditionFailed"],
        "the object is there already, or was changed meanwhile",
        "list it again, then decide",
    ),
    Row::new(
        &["ConditionalRequestConflict", "OperationAborted"],
        "somebody else is writing the same thing at the same time",
        "try again",
    ),
    Row::new(
        &["InvalidObjectState"],
        "the object is archived and cannot be read right now",
        "restore it first, with the tools of your provider",
    ),
    // How the server is.
    Row::new(
        &[
            "SlowDown",
            "SlowDownRead",
            "SlowDownWrite",
            "ServiceUnavailable",
            "ServerBusy",
            "TooManyRequests",
            "RequestLimitExceeded",
            "RequestRateLimitExceeded",
            "Throttling",
            "BandwidthLimitExceeded",
        ],
        "the server asks us to slow down",
        "try again in a while, with less at once (--parallel)",
    ),
    Row::new(
        &["InternalError", "InternalFailure"],
        "the server has trouble of its own, or cannot store this name",
        "try again later, or another name; the request id helps whoever runs the server",
    ),
    Row::new(
        &["NotImplemented"],
        "this server does not know that call",
        "do without it here",
    ),
    Row::new(
        &["MethodNotAllowed"],
        "this address does not take such requests: a website endpoint or a web console?",
        "check the endpoint of this account",
    ),
    Row::new(
        &["XMinioServerNotInitialized"],
        "the server is still starting",
        "try again in a moment",
    ),
    Row::new(
        &["XMinioStorageFull", "QuotaExceeded"],
        "there is no space left on the server",
        "free space there, or ask for more",
    ),
];
