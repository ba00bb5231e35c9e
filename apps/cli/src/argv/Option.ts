/** What every kind of option has in common. */
interface Described {
  /** One letter, without its dash. */
  readonly short?: string
  /** Further long names that mean the same, such as `net` for `network`. Not shown in help. */
  readonly also?: ReadonlyArray<string>
  /** What it does, for help. Lower-case units, no full stop. */
  readonly about: string
  /** `false` when the engine cannot do it yet: parsed, reported in `unsupported`, not shown in help. Default `true`. */
  readonly supported?: boolean
  /** Values of an unsupported option that ask for what happens anyway, such as `--restart no`. */
  readonly harmless?: ReadonlyArray<string>
  /** Says why the option has no effect. It is accepted with this sentence as a notice and not shown in help. */
  readonly ignored?: string
}

/** On or off. Written `--rm`, or `--rm=false`. */
export interface FlagOption extends Described {
  readonly kind: "flag"
  /** The value when it is not written. Default `false`. */
  readonly fallback?: boolean
}

/** One text; the last one written counts. */
export interface TextOption extends Described {
  readonly kind: "text"
  /** How help calls the value. Default `string`. */
  readonly value?: string
  /** The value of the bare flag. With it, a value can only be given after `=`. */
  readonly bare?: string
}

/** One integer; the last one written counts. */
export interface NumberOption extends Described {
  readonly kind: "number"
}

/** Texts in the order written. */
export interface ListOption extends Described {
  readonly kind: "list"
  /** Each is `name=value`; others are refused. */
  readonly pairs?: true
  /** How help calls the value. Default `list`. */
  readonly value?: string
}

/** One row of an option table. */
export type Option = FlagOption | TextOption | NumberOption | ListOption

/** Options by the name the program uses; `addHost` is written `--add-host`. */
export type OptionTable = { readonly [name: string]: Option }

/** What an option yields once parsed. */
export type ValueOf<Row extends Option> = Row extends { readonly kind: "flag" }
  ? boolean
  : Row extends { readonly kind: "list" }
    ? ReadonlyArray<string>
    : Row extends { readonly kind: "number" }
      ? number | undefined
      : string | undefined

/** The values of a whole table. */
export type Values<Table extends OptionTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> }

/** `addHost` → `add-host`. */
export const longName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The options that people are told of, by their long names, in the order of these. */
export const offered = (table: OptionTable): ReadonlyArray<readonly [string, Option]> =>
  Object.entries(table)
    .filter(([, option]) => option.supported !== false && option.ignored === undefined)
    .map(([name, option]) => [longName(name), option] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))

/** How messages call an option: `-p, --publish`, or `--name`. */
export const spelled = (name: string, { short }: Option): string =>
  short === undefined ? `--${longName(name)}` : `-${short}, --${longName(name)}`
