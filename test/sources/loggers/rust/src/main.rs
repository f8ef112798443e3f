//! Logs with one of the common loggers, or panics.
fn traced() {
    tracing::trace!("a step");
    tracing::debug!(rows = 3, "a query");
    tracing::info!(port = 8080, "the server listens");
    tracing::warn!("the cache is nearly full");
    tracing::error!(cause = "connection refused", "a request failed");
    tracing::info!("the server goes on");
}

fn main() {
    let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
    match std::env::args().nth(1).as_deref() {
        Some("panic") => {
            eprintln!("the server starts");
            let failed = std::thread::Builder::new()
                .name("worker".into())
                .spawn(|| assert_eq!(1 + 1, 3, "sums are wrong"))
                .unwrap()
                .join();
            eprintln!("the worker has ended: {}", failed.is_err());
            let items = vec![1, 2, 3];
            println!("{}", items[items.len() + 2]);
        }
        Some("no-time") => {
            all.without_time().with_ansi(false).init();
            traced()
        }
        Some("colours") => {
            all.with_ansi(true).init();
            traced()
        }
        Some("json") => {
            all.json().init();
            traced()
        }
        Some("env_logger") => {
            env_logger::builder().filter_level(log::LevelFilter::Trace).init();
            log::trace!("a step");
            log::debug!("a query");
            log::info!("the server listens");
            log::warn!("the cache is nearly full");
            log::error!("a request failed");
        }
        _ => {
            all.with_ansi(false).init();
            traced()
        }
    }
}
