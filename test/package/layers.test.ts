import { describe, expect, it } from 'vitest'
import { offences } from './layers.ts'
import { readTree } from './tree.ts'

it('every import points down the layers', () => {
  expect(readTree('src').flatMap(({ name, source }) => offences(name, source))).toEqual([])
})

describe('an offence is caught', () => {
  it.each([
    ['protocol/a.ts', "import { b } from '../errors.ts'", '../errors.ts (static)'],
    ['protocol/a.ts', "import { readFileSync } from 'node:fs'", 'node:fs (static)'],
    [
      'errors.ts',
      "import type { Status } from './protocol/index.ts'",
      './protocol/index.ts (type)',
    ],
    ['kubeconfig/a.ts', "import { parse } from 'yaml'", 'yaml (static)'],
    ['kubeconfig/a.ts', "const { parse } = await import('yaml')", 'yaml (dynamic)'],
    ['kubeconfig/a.ts', "import { visit } from 'yaml/util'", 'yaml/util (static)'],
    ['process/a.ts', "import type { WebSocket } from 'ws'", 'ws (type)'],
    ['process/a.ts', "let socket: import('ws').WebSocket", 'ws (type)'],
    ['process/a.ts', "export { Pod } from '../pod.ts'", '../pod.ts (static)'],
    ['pod.ts', "import type { Cluster } from './cluster.ts'", './cluster.ts (type)'],
    ['background/a.ts', "import { b } from '../copy/b.ts'", '../copy/b.ts (static)'],
    ['cluster.ts', "import { connect } from './index.ts'", './index.ts (static)'],
    [
      'cli/main.ts',
      "import { createTestServer } from '../testing/index.ts'",
      '../testing/index.ts (static)',
    ],
    ['cli/main.ts', 'const command = await import(path)', '(computed) (dynamic)'],
    ['cli/main.ts', "import { readFileSync } from 'fs'", 'fs (static)'],
    ['cli/main.ts', "import { name } from '../../package.json'", '../../package.json (static)'],
    ['testing/a.ts', "import { PodwireError } from '../errors.ts'", '../errors.ts (static)'],
    ['testing/a.ts', "import { spawn } from '@lydell/node-pty'", '@lydell/node-pty (static)'],
  ])('%s: %s', (name, source, offence) => {
    expect(offences(name, source)).toEqual([`${name} imports ${offence}`])
  })

  it('in a folder that the table does not know', () => {
    expect(offences('util/a.ts', '')).toEqual(['util/a.ts is in no known layer'])
  })
})

describe('what the table allows passes', () => {
  it.each([
    ['protocol/a.ts', "import { b } from './b.ts'"],
    ['yaml/a.ts', "import { parseDocument } from 'yaml'"],
    ['kubeconfig/a.ts', "const { read } = await import('../yaml/index.ts')"],
    ['transport/a.ts', "import { WebSocket } from 'ws'"],
    ['transport/a.ts', "import { connect } from 'node:tls'"],
    ['cluster.ts', "import { Pod } from './pod.ts'"],
    ['cli/main.ts', "import { connect } from '../index.ts'"],
    ['testing/a.ts', "const pty = await import('@lydell/node-pty')"],
    ['testing/a.ts', "import type { IPty } from '@lydell/node-pty'"],
  ])('%s: %s', (name, source) => {
    expect(offences(name, source)).toEqual([])
  })
})
