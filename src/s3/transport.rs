//! The only thing that touches the wire.
