import { join } from "node:path"
import { userNetwork } from "@gantry/linux/user-network"
import type { HelperName } from "./helper-names.ts"

/** The device that a helper makes in the user's network. */
export const tapDevice = "tap0"

/** What a helper is started for. */
interface Task {
  readonly program: string
  /** The process whose network it is. */
  readonly pid: number
  readonly run: string
  /** The host has IPv6. */
  readonly ipv6: boolean
}

/**
 * The command of a helper. It has the holder's pipe as descriptor 3, with which it ends, and writes to descriptor 4 when
 * it is ready. None leads to the host's loopback: what listens there only does not expect containers. Pure.
 */
export const helperCommand = (name: HelperName, task: Task): ReadonlyArray<string> => commands[name](task)

/** pasta(1) knows neither pipe: it goes to the background when it is ready, and writes down its number. */
const watch = `number=$1; shift
"$@" 3<&- 4>&- || exit
read -r pasta < "$number" && rm "$number"
echo >&4; exec 4>&-
read -r _ <&3
read -r name < "/proc/$pasta/comm" && case $name in pass*|pasta*) kill "$pasta";; esac`

const commands: { readonly [name in HelperName]: (task: Task) => ReadonlyArray<string> } = {
  pasta: ({ ipv6, pid, program, run }) => {
    const number = join(run, "pasta.pid")
    const { address, address6, gateway, gateway6, prefix, resolver } = userNetwork
    const six = ipv6 ? ["--address", address6, "--gateway", gateway6] : ["--ipv4-only"]
    const addresses = ["--address", address, "--netmask", String(prefix), "--gateway", gateway, ...six]
    const ports = ["--tcp-ports", "none", "--udp-ports", "none", "--tcp-ns", "none", "--udp-ns", "none"]
    const ways = ["--dns-forward", resolver, "--no-map-gw", ...ports]
    const options = ["--quiet", "--config-net", "--ns-ifname", tapDevice, "--pid", number, ...addresses, ...ways]
    return ["/bin/sh", "-c", watch, "gantry-network", number, program, ...options, String(pid)]
  },
  slirp4netns: ({ ipv6, pid, program }) => {
    const options = ["--configure", "--mtu=65520", "--disable-host-loopback", ...(ipv6 ? ["--enable-ipv6"] : [])]
    return [program, ...options, "--exit-fd=3", "--ready-fd=4", String(pid), tapDevice]
  }
}
