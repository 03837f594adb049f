import { dirname, join, normalize } from 'node:path/posix'
import { computed, importsOf } from './imports.ts'

interface Layer {
  /** The layers it may import, itself aside. */
  readonly layers: readonly string[]
  /** The packages it may import. */
  readonly packages?: readonly string[]
  /** The packages it may import with `import()` and `import type` only, so that they are loaded when used. */
  readonly lazyPackages?: readonly string[]
  /** Whether Node's own modules are out of bounds. */
  readonly pure?: true
}

const base = ['protocol', 'errors', 'option', 'callback', 'version']
const configuration = [...base, 'yaml', 'auth', 'kubeconfig']
const session = [...configuration, 'transport', 'pods', 'process']
const client = [...session, 'background', 'forward', 'copy', 'pod', 'cluster']

/** Each folder and each root file of src, and what it may import. */
export const layers: Readonly<Record<string, Layer>> = {
  protocol: { layers: [], pure: true },
  errors: { layers: [], pure: true },
  option: { layers: [], pure: true },
  callback: { layers: [], pure: true },
  version: { layers: [], pure: true },
  yaml: { layers: base, packages: ['yaml'] },
  auth: { layers: [...base, 'yaml'] },
  kubeconfig: { layers: [...base, 'yaml', 'auth'] },
  transport: { layers: configuration, packages: ['ws'] },
  pods: { layers: [...configuration, 'transport'] },
  process: { layers: [...configuration, 'transport', 'pods'] },
  background: { layers: session },
  forward: { layers: session },
  copy: { layers: session },
  pod: { layers: [...session, 'background', 'forward', 'copy'] },
  cluster: { layers: [...session, 'background', 'forward', 'copy', 'pod'] },
  index: { layers: client },
  cli: { layers: [...client, 'index'] },
  testing: { layers: ['protocol'], packages: ['ws'], lazyPackages: ['@lydell/node-pty'] },
}

/** The imports of one file that the table forbids. @param name the path below src, with slashes */
export function offences(name: string, source: string): string[] {
  const own = layerOf(name)
  const layer = layers[own]
  if (layer === undefined) return [`${name} is in no known layer`]
  return importsOf(source)
    .filter(({ specifier, kind }) => {
      if (specifier === computed) return true
      if (specifier.startsWith('.')) {
        const target = layerOf(normalize(join(dirname(name), specifier)))
        return target !== own && !layer.layers.includes(target)
      }
      if (specifier.startsWith('node:')) return layer.pure === true
      const packageName = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
      if (layer.packages?.includes(packageName)) return false
      return kind === 'static' || !layer.lazyPackages?.includes(packageName)
    })
    .map(({ specifier, kind }) => `${name} imports ${specifier} (${kind})`)
}

/** `protocol/frame.ts` is in `protocol`, `pod.ts` is a layer of its own. */
function layerOf(path: string): string {
  return path.split('/')[0]?.replace(/\.ts$/, '') ?? ''
}
