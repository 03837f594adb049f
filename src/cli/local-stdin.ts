import { fstatSync, statSync } from 'node:fs'
import { devNull } from 'node:os'
import { isatty } from 'node:tty'

/** Whether the standard input of this program is known to hold nothing: the null device, or an empty file. */
export function isStdinEmpty(): boolean {
  if (isatty(0)) return false
  try {
    const input = fstatSync(0)
    if (input.isFile()) return input.size === 0
    return input.isCharacterDevice() && input.rdev === statSync(devNull).rdev
  } catch {
    // It may be closed, or of a kind that cannot be looked at.
    return false
  }
}
