/** Signals that a process in the foreground gets in our place. */
export const proxiedSignals = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGCONT"] as const
