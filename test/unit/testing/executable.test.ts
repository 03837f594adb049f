import { expect, it } from 'vitest'
import { findExecutable } from '../../../src/testing/executable.ts'

const env = { PATH: '/nowhere:/bin:/usr/bin' }

it('looks in PATH, and takes paths as they are', () => {
  expect(findExecutable('sh', env, '/')).toBe('/bin/sh')
  expect(findExecutable('./bin/sh', env, '/')).toBe('/bin/sh')
})

it.each([
  ['nope', 'exec: "nope": executable file not found in $PATH: unknown'],
  ['', 'exec: "": executable file not found in $PATH: unknown'],
  ['/nope', 'exec: "/nope": stat /nope: no such file or directory: unknown'],
  ['/etc/passwd', 'exec: "/etc/passwd": permission denied: unknown'],
])('%j: %s', (command, words) => {
  expect(() => findExecutable(command, env, '/')).toThrow(
    `OCI runtime exec failed: exec failed: unable to start container process: ${words}`,
  )
})
