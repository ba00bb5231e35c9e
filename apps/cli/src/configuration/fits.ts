import { helperNames } from "../rootless/helper-names.ts"
import { isIp } from "../argv/values/ip.ts"
import type { ConfigFile } from "./ConfigFile.ts"

/** Whether a value of JSON has a form. */
type Form = (value: unknown) => boolean

/** What an object may have, every key of its type; the compiler sees to it that nothing is forgotten or made up. */
type Forms<Shape> = { readonly [key in keyof Required<Shape>]: Form }

const anything: Form = () => true
const string: Form = (value) => typeof value === "string"
const text: Form = (value) => typeof value === "string" && value !== ""
const flag: Form = (value) => typeof value === "boolean"

const listOf =
  (form: Form): Form =>
  (value) =>
    Array.isArray(value) && value.every(form)

const either =
  (one: Form, other: Form): Form =>
  (value) =>
    one(value) || other(value)

/** An object with these keys and no others, of which one has to be there. */
const object =
  <Shape>(forms: Forms<Shape>, wanted?: keyof Shape): Form =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    (wanted === undefined || Object.hasOwn(value, wanted)) &&
    Object.entries(value).every(([key, each]) => Object.hasOwn(forms, key) && forms[key as keyof Shape](each))

type Plugins = NonNullable<ConfigFile["plugins"]>
type Registry = NonNullable<ConfigFile["registries"]>[number]

const chosen = either(
  text,
  object<Exclude<Plugins[keyof Plugins], string | undefined>>({ module: text, options: anything }, "module")
)

const mirror = either(
  text,
  object<Exclude<NonNullable<Registry["mirrors"]>[number], string>>({ location: text, insecure: flag }, "location")
)

const file = object<ConfigFile>({
  $schema: string,
  plugins: object<Plugins>({
    "blob-store": chosen,
    "layer-store": chosen,
    "build-cache": chosen,
    registry: chosen,
    network: chosen,
    launcher: chosen,
    runtime: chosen
  }),
  publish: object<NonNullable<ConfigFile["publish"]>>({
    defaultAddress: (value) => typeof value === "string" && isIp(value),
    mode: (value) => value === "nat" || value === "proxy"
  }),
  rootless: object<NonNullable<ConfigFile["rootless"]>>({
    network: (value) => helperNames.some((name) => name === value)
  }),
  registries: listOf(
    object<Registry>({ prefix: text, mirrors: listOf(mirror), insecure: flag, ca: text, blocked: flag }, "prefix")
  ),
  trustedProjects: listOf(text)
})

/**
 * Whether JSON is a configuration as the schema has it. The schema is the definition, says what is wrong, and takes ten
 * milliseconds to load: every command of a user with a configuration would wait for it.
 */
export const fits = (json: unknown): json is ConfigFile => file(json)
