import type { OptionTable } from "../Option.ts"

const noDaemon = "gantry has no daemon to talk to"

/** Options of the program itself, written before the command. */
export const globalOptions = {
  root: { kind: "text", value: "directory", about: "Where images and containers are kept" },
  run: { kind: "text", value: "directory", about: "Where sockets of running containers are" },
  debug: { kind: "flag", short: "D", about: "Log what happens inside gantry" },
  logLevel: {
    kind: "text",
    short: "l",
    about: 'How much to log ("debug", "info", "warn", "error", "fatal")'
  },
  version: { kind: "flag", short: "v", about: "Print the version and quit" },
  config: { kind: "text", value: "directory", about: "Where logins to registries are kept, as DOCKER_CONFIG" },
  plugin: {
    kind: "list",
    value: "contract=module",
    about: "Let a module serve a contract, such as layer-store=./mine; ,option=text sets an option of it"
  },
  context: { kind: "text", short: "c", about: "Daemon context", ignored: noDaemon },
  host: { kind: "list", short: "H", about: "Daemon socket", ignored: noDaemon },
  tls: { kind: "flag", about: "Use TLS to the daemon", ignored: noDaemon },
  tlscacert: { kind: "text", about: "Daemon authority", ignored: noDaemon },
  tlscert: { kind: "text", about: "Daemon certificate", ignored: noDaemon },
  tlskey: { kind: "text", about: "Daemon key", ignored: noDaemon },
  tlsverify: { kind: "flag", about: "Verify the daemon", ignored: noDaemon }
} as const satisfies OptionTable
