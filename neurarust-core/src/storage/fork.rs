//! A fork copies locks in whatever state they are. So the allocator's are taken before one, and let go after it on both sides: the child
//! finds them free and what they guard whole.

#[cfg(all(unix, not(miri)))]
mod handlers {
    use crate::storage::alloc::{Pool, pool};
    use crate::storage::count::{Registry, registry};
    use std::cell::Cell;
    use std::sync::MutexGuard;

    type Held = (MutexGuard<'static, Registry>, MutexGuard<'static, Pool>);

    thread_local! {
        /// The forking thread's locks during a fork.
        static HELD: Cell<Option<Held>> = const { Cell::new(None) };
    }

    pub extern "C" fn before() {
        // A thread that is past its destructors forks without them.
        let _ = HELD.try_with(|held| held.set(Some((registry(), pool()))));
    }

    pub extern "C" fn after() {
        let _ = HELD.try_with(Cell::take);
    }
}

/// Registers the handlers, once per process.
pub(super) fn prepare() {
    #[cfg(all(unix, not(miri)))]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| {
            use handlers::{after, before};
            // SAFETY: the handlers are safe functions of the right type that live forever. If there is no memory to register them, a fork
            // has the risk it has everywhere else.
            unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after)) };
        });
    }
}
