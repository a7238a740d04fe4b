//! `windlass demo`: an S3 server in the process, with sample data.
