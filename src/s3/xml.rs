//! Reading and writing the XML of the protocol.
