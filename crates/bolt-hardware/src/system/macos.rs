//! macOS: values by name (sysctl), and the quality of service of threads.
//!
//! Untested until someone runs it.

use std::ffi::{CString, c_void};

use crate::apple::Sysctl;
use crate::numa::MemoryPolicy;
use crate::{CpuSet, Placed, Reading, Role, Unavailable};

/// The running system's values.
pub(crate) struct SystemSysctl;

impl SystemSysctl {
    fn bytes(&self, name: &str) -> Reading<Vec<u8>> {
        const BYTES_MAX: usize = 1024;
        let missing = || Unavailable::new(format!("there is no `{name}`"));
        let text = CString::new(name).map_err(|_| missing())?;
        let (mut bytes, mut length) = (vec![0u8; BYTES_MAX], BYTES_MAX);
        #[expect(unsafe_code, reason = "the standard library does not ask sysctl")]
        // SAFETY: the name ends in a zero; at most `length` bytes of `bytes`, which has as many, are
        // written; nothing is set.
        let result = unsafe {
            libc::sysctlbyname(
                text.as_ptr(),
                bytes.as_mut_ptr().cast::<c_void>(),
                &raw mut length,
                std::ptr::null_mut(),
                0,
            )
        };
        bytes.truncate(length);
        if result == 0 { Ok(bytes) } else { Err(missing()) }
    }
}

impl Sysctl for SystemSysctl {
    fn number(&self, name: &str) -> Reading<u64> {
        let bytes = self.bytes(name)?;
        match bytes.len() {
            4 | 8 => Ok(bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))),
            _ => Err(Unavailable::new(format!("`{name}` is not a number"))),
        }
    }

    fn text(&self, name: &str) -> Reading<String> {
        let bytes = self.bytes(name)?;
        let text = std::str::from_utf8(&bytes).map(|text| text.trim_end_matches('\0').to_owned());
        text.map_err(|_| Unavailable::new(format!("`{name}` is not text")))
    }
}

pub(crate) fn page_bytes() -> Reading<u64> {
    SystemSysctl.number("hw.pagesize")
}

fn no_pinning<T>() -> Reading<T> {
    Err(Unavailable::new("macOS pins no threads; it takes hints by role"))
}

pub(crate) fn affinity() -> Reading<CpuSet> {
    no_pinning()
}

pub(crate) fn set_affinity(_: &CpuSet) -> Reading<()> {
    no_pinning()
}

/// Tells the scheduler what the calling thread is for: with the class of what a user waits for it
/// prefers performance cores, with that of the background efficiency cores.
pub(crate) fn place_thread(role: Role, _: &CpuSet) -> Reading<Placed> {
    let (class, name) = match role {
        Role::Compute => (libc::qos_class_t::QOS_CLASS_USER_INITIATED, "user-initiated"),
        Role::Io => (libc::qos_class_t::QOS_CLASS_UTILITY, "utility"),
        Role::Background => (libc::qos_class_t::QOS_CLASS_BACKGROUND, "background"),
    };
    #[expect(unsafe_code, reason = "the standard library knows no quality of service")]
    // SAFETY: the call takes two numbers.
    let result = unsafe { libc::pthread_set_qos_class_self_np(class, 0) };
    match result {
        0 => Ok(Placed::Hint(name)),
        code => Err(Unavailable::new(format!(
            "the quality of service {name} failed: {}",
            std::io::Error::from_raw_os_error(code)
        ))),
    }
}

fn one_node<T>() -> Reading<T> {
    Err(Unavailable::new("1 node"))
}

pub(crate) fn set_memory_policy(_: &MemoryPolicy) -> Reading<()> {
    one_node()
}

pub(crate) fn memory_policy() -> Reading<MemoryPolicy> {
    one_node()
}

pub(crate) fn place_memory(_: &[u8], _: &MemoryPolicy, _: bool) -> Reading<usize> {
    one_node()
}
