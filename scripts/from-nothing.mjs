#!/usr/bin/env node
/**
 * Runs a script of this folder on a machine that has nothing yet but Node and npm: installs the packages if they are
 * missing or older than the lock file, then hands over to the Node that came with them.
 *
 *     node scripts/from-nothing.mjs test
 *
 * Plain JavaScript without dependencies: it runs before there are any, also in Node 18.
 */
import { spawn, spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const repository = dirname(dirname(fileURLToPath(import.meta.url)))
const [script = "", ...rest] = process.argv.slice(2)

const readPackages = (path) => JSON.parse(readFileSync(path, "utf8")).packages

/** Whether node_modules holds what the lock file asks for. Packages for other machines may be missing. */
const isInstalled = () => {
  const installed = join(repository, "node_modules/.package-lock.json")
  if (!existsSync(installed)) return false
  const present = readPackages(installed)
  return Object.entries(readPackages(join(repository, "package-lock.json"))).every(
    ([path, wanted]) =>
      !path.startsWith("node_modules/") ||
      (present[path] === undefined ? wanted.optional === true : present[path].version === wanted.version)
  )
}

if (!isInstalled()) {
  console.log("» installing packages (npm ci)")
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: repository,
    stdio: ["ignore", "inherit", "inherit"]
  })
  if (npm.status !== 0) {
    console.error(`» npm ci failed${npm.error ? `: ${npm.error.message}` : ""}`)
    process.exit(1)
  }
}

const bin = join(repository, "node_modules/.bin")
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
const own = join(bin, "node")
const node = existsSync(own) ? own : process.execPath
if (node !== own && (major < 22 || (major === 22 && minor < 18))) {
  console.error(`» Node 22.18 or newer is needed on this processor (${process.arch}); this is ${process.versions.node}`)
  process.exit(1)
}

const child = spawn(node, [join(repository, "scripts", `${script}.ts`), ...rest], {
  cwd: repository,
  stdio: "inherit",
  env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ""}`, TURBO_TELEMETRY_DISABLED: "1" }
})
// The script gives back what it holds on a signal. A terminal's Ctrl-C reaches it without our help.
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
process.on("SIGINT", () => undefined)
child.on("error", (error) => {
  console.error(`» ${error.message}`)
  process.exit(1)
})
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)))
