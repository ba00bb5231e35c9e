import type { Host } from "./Host.ts"

/** Names of a package with the families of distributions; the first is Debian's. */
export interface PackageNames {
  readonly debian: string
  readonly fedora?: string
  readonly alpine?: string
  readonly arch?: string
  readonly suse?: string
}

const managers = [
  ["apt-get", "apt-get install", "debian"],
  ["dnf", "dnf install", "fedora"],
  ["yum", "yum install", "fedora"],
  ["apk", "apk add", "alpine"],
  ["pacman", "pacman -S", "arch"],
  ["zypper", "zypper install", "suse"]
] as const

/** What installs a package on this machine; with a machine of another kind, only what to install. */
export const installCommand = (host: Pick<Host, "find">, names: PackageNames): string => {
  const manager = managers.find(([program]) => host.find(program) !== undefined)
  if (manager === undefined) return `install ${names.debian}`
  const [, command, family] = manager
  return `${command} ${names[family] ?? names.debian}`
}
