//! Native modules on OpenSSL.
