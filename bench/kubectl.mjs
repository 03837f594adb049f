import { readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { run } from './child.mjs'

/** From here on kubectl speaks WebSocket by itself. */
const oldest = 30

/** The newest kubectl in PATH or beside what `kubectl` there leads to: `{ path, version }`, or `{ reason }` for none. */
export async function findKubectl() {
  const folders = process.env.PATH.split(delimiter).filter((folder) => folder !== '')
  const paths = [...new Set(folders.flatMap(kubectlsIn))]
  const found = (await Promise.all(paths.map(described))).flat()
  const [newest] = found.sort((left, right) => right.minor - left.minor)
  if (newest === undefined) return { reason: 'there is no kubectl in PATH' }
  if (newest.minor < oldest)
    return { reason: `kubectl ${newest.version} is older than 1.${oldest}` }
  return newest
}

/** The kubectl of the Google Cloud SDK is a dispatcher, with `kubectl.1.NN` beside it. */
function kubectlsIn(folder) {
  try {
    const real = dirname(realpathSync(join(folder, 'kubectl')))
    const versioned = readdirSync(real).filter((name) => /^kubectl\.1\.\d+$/.test(name))
    return (versioned.length > 0 ? versioned : ['kubectl']).map((name) => join(real, name))
  } catch {
    return []
  }
}

async function described(path) {
  try {
    const { stdout } = await run(path, ['version', '--client', '-o', 'json'])
    const version = JSON.parse(stdout).clientVersion.gitVersion
    return [{ path, version, minor: Number(/^v1\.(\d+)/.exec(version)[1]) }]
  } catch {
    return []
  }
}
