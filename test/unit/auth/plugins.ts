import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ExecPlugin } from '../../../src/auth/exec-plugin.ts'

/** The path of one of the programs in fixtures/plugins. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../../fixtures/plugins/${name}`, import.meta.url))
}

export function plugin(name: string, options: Partial<ExecPlugin> = {}): ExecPlugin {
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: fixture(name),
    interactiveMode: 'Never',
    ...options,
  }
}

export interface Scratch extends AsyncDisposable {
  readonly path: string
  file(name: string): string
  read(name: string): Promise<string>
}

export async function scratch(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'podwire-'))
  const file = (name: string) => join(path, name)
  return {
    path,
    file,
    read: (name) => readFile(file(name), 'utf8'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}
