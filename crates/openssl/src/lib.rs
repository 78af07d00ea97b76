//! OpenSSL.
unsafe extern "C" { pub fn OpenSSL_version_num() -> std::ffi::c_ulong; }
