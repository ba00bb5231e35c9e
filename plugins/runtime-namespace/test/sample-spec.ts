import { type ContainerSpec, plainSpec } from "@gantry/core/runtime/ContainerSpec"

/** A container that asks for nothing special. */
export const sampleSpec: ContainerSpec = {
  ...plainSpec(
    "a".repeat(64),
    {
      type: "overlay",
      directory: "/store",
      lower: ["one", "two"],
      upper: "/tree/upper",
      work: "/tree/work",
      target: "/tree/root"
    },
    { argv: ["true"], env: ["PATH=/bin"] }
  ),
  hostname: "box",
  files: { hosts: "127.0.0.1 localhost\n" }
}
