/** What a unit is for. */
export interface UnitRequest {
  /** Program and arguments that call this engine. */
  readonly command: ReadonlyArray<string>
  /** The container it starts and stops; all that should run when absent. */
  readonly container?: { readonly name: string; readonly stopTimeout: number }
  /** For the user's own systemd instead of the system's. */
  readonly user: boolean
}

/** Longer than a container's own grace time, in seconds, systemd waits before it gives up. */
const patience = 30

/**
 * A systemd unit that starts a container at boot, or all that their restart policy wants to run. The supervisors
 * themselves see to restarts while the machine is up, so the unit is done once they are started. Spec: systemd.unit(5),
 * systemd.service(5).
 */
export const systemdUnit = ({ command, container, user }: UnitRequest): string => {
  const call = (...words: ReadonlyArray<string>) => [...command, ...words].map(quoted).join(" ")
  const lines = [
    "[Unit]",
    `Description=gantry: ${container === undefined ? "containers that should run" : `container ${container.name}`}`,
    ...(user ? [] : ["Wants=network-online.target", "After=network-online.target"]),
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    // Containers are ended by their own supervisors, in order.
    "KillMode=process",
    ...(container === undefined
      ? [`ExecStart=${call("system", "reconcile", "--start")}`]
      : [
          `ExecStart=${call("start", container.name)}`,
          `ExecStop=${call("stop", container.name)}`,
          `TimeoutStopSec=${container.stopTimeout < 0 ? "infinity" : container.stopTimeout + patience}`
        ]),
    "",
    "[Install]",
    `WantedBy=${user ? "default.target" : "multi-user.target"}`
  ]
  return `${lines.join("\n")}\n`
}

/** A word of a command line as systemd reads it: `%` and `$` mean themselves. */
const quoted = (word: string): string => {
  const plain = word.replaceAll("%", "%%").replaceAll("$", "$$$$")
  return /^[\w@:+=,./%$-]+$/.test(plain) ? plain : `"${plain.replaceAll(/["\\]/g, "\\$&")}"`
}
