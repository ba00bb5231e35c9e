/** Why an ordinary user cannot have a namespace: what failed, why, and what helps. */
export class HolderRefused extends Error {
  override readonly name = "HolderRefused"
  readonly why: string
  readonly todo: string
  constructor(what: string, why: string, todo: string) {
    super(what)
    this.why = why
    this.todo = todo
  }
}
