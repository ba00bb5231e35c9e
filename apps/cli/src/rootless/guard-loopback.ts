import { spawnSync } from "node:child_process"

/**
 * Addresses of slirp4netns' own stand for the real host, its loopback included. Answers to clients of published ports go
 * there, and questions to the resolver, and nothing else may: what listens on the host's loopback only does not expect
 * containers.
 */
const rules = `oifname "tap0" meta l4proto { tcp, udp } ip daddr 10.0.2.3 th dport 53 accept; oifname "tap0" ip daddr { 10.0.2.0/24, 255.255.255.255 } ct state new drop`

const script = `table ip gantry_outside {
  chain out { type filter hook output priority filter; ${rules}; }
  chain through { type filter hook forward priority filter; ${rules}; }
}
`

/** Keeps the network that this process is in off the real host's loopback. False when that cannot be done here. */
export const guardLoopback = (): boolean => {
  // After a holder that was killed the table is there already.
  const emptied = `table ip gantry_outside {}\ndelete table ip gantry_outside\n`
  return (
    spawnSync("nft", ["-f", "-"], { input: `${emptied}${script}`, stdio: ["pipe", "ignore", "ignore"] }).status === 0
  )
}
