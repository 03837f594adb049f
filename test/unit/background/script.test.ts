import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { scriptOf } from '../../../src/background/script.ts'

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const verbs = ['status', 'list', 'start', 'stop', 'logs'] as const

it('is what background.sh makes', () => {
  execFileSync(process.execPath, [path('scripts/background-script.mjs'), '--check'])
})

const shellcheck = spawnSync('shellcheck', ['--version']).status === 0
it.skipIf(!shellcheck)('has nothing that shellcheck minds (needs shellcheck)', () => {
  const { stdout } = spawnSync('shellcheck', [path('src/background/background.sh')])
  expect(String(stdout)).toBe('')
})

describe.each(verbs)('%s', (verb) => {
  const script = scriptOf(verb)

  it('is a script', () => {
    expect(spawnSync('sh', ['-n', '-c', script]).status).toBe(0)
    expect(script).toContain(`do_${verb}() {`)
    expect(script).not.toMatch(/^\s*#/m)
  })

  // nginx and others take a first line of 8 KiB, in which the caller's command must fit as well.
  it('fits in a request', () => {
    const query = new URLSearchParams({ command: script }).toString()
    expect(query.length).toBeLessThanOrEqual(7_600)
  })
})
