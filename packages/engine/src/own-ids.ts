/** Whose the files are that this process makes. Also for a user without an account, of whom `os.userInfo` knows nothing. */
export const ownIds = (): { readonly uid: number; readonly gid: number } => ({
  uid: process.geteuid?.() ?? 0,
  gid: process.getegid?.() ?? 0
})
