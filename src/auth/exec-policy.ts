import { isAbsolute, normalize } from 'node:path'
import { AuthError } from '../errors.ts'

/**
 * Which credential plugins may run: all, none, or those listed, each by its name as found in `PATH` or by its absolute
 * path.
 */
export type ExecPolicy = 'allow' | 'deny' | readonly string[]

/**
 * @throws {TypeError} not a policy
 * @throws {RangeError} a list that is empty, or has an entry that could never match
 */
export function checkExecPolicy(policy: unknown): ExecPolicy {
  if (policy === 'allow' || policy === 'deny') return policy
  if (!Array.isArray(policy) || !policy.every((entry) => typeof entry === 'string')) {
    throw new TypeError("execPlugins must be 'allow', 'deny' or a list of commands")
  }
  if (policy.length === 0) throw new RangeError("execPlugins is an empty list; use 'deny' instead")
  for (const entry of policy as readonly string[]) {
    const isName = entry !== '' && !/[/\\]/.test(entry)
    if (isName || (isAbsolute(entry) && normalize(entry) === entry)) continue
    throw new RangeError(
      `execPlugins lists ${JSON.stringify(entry)}, which is neither a bare name nor an absolute path without detours`,
    )
  }
  return [...policy]
}

/**
 * @param path what the command was found to be
 * @param find where a bare name is found, as for the command itself
 * @throws {AuthError} `ERR_PLUGIN_DENIED`
 */
export async function enforceExecPolicy(
  policy: ExecPolicy,
  command: string,
  path: string,
  find: (name: string) => Promise<string | undefined>,
): Promise<void> {
  if (policy === 'allow') return
  const refuse = (why: string): never => {
    throw new AuthError(
      'ERR_PLUGIN_DENIED',
      `the credential plugin ${command} is not run: ${why}`,
      { command },
    )
  }
  if (policy === 'deny') return refuse("execPlugins is 'deny'")
  for (const entry of policy) {
    // A name that is allowed stands for the program PATH gives for it, and for no other of that name.
    if ((isAbsolute(entry) ? entry : await find(entry)) === path) return
  }
  return refuse('it is not in the list execPlugins; add its name or its absolute path')
}
