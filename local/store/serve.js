// Serves dynalite on loopback and prints the port on standard output. It ends when its standard input closes: the
// program that started it holds the other end, so it cannot outlive that program, however that program ends.
const dynalite = require('dynalite')
const readline = require('readline')
const stream = require('stream')

const db = require('dynalite/db')
const validations = require('dynalite/validations')

const { port, path } = JSON.parse(process.argv[1])
const inMemory = !path

// DynamoDB refuses an empty text as the value of an index key; dynalite accepts it. This check runs before each write,
// when the conditions hold, with the item as it will be; dynalite's actions look it up in its module each time.
const updateIndexes = db.updateIndexes
db.updateIndexes = (store, table, existing, item, done) => {
  const refused = item && db.traverseIndexes(table, (attr, type, index) => {
    if (item[attr]?.[type] !== '') return null
    const kind = type === 'B' ? 'binary' : 'string'
    return db.validationError('One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
      `The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${index.IndexName}, IndexKey: ${attr}`)
  })
  if (refused) return done(refused)
  if (watched.has(table.TableName) && item && JSON.stringify(item) !== JSON.stringify(existing)) {
    console.log(JSON.stringify({ table: table.TableName, old: existing, item }))
  }
  if (!inMemory || table.LocalSecondaryIndexes) return updateIndexes(store, table, existing, item, done)
  const { deletes, puts } = db.getIndexActions(table.GlobalSecondaryIndexes ?? [], existing, item, table)
  const rows = ({ index }) => store.getIndexDb('Global', table.TableName, index).rows
  for (const one of deletes) rows(one).remove(one.key)
  for (const one of puts) rows(one).set(one.key, one.item)
  done()
}

// Tables whose changes are told on standard output, in the order in which they happen: dynalite has no streams. Their
// names come on standard input, one a line. A change that does not change the item is none, as for DynamoDB.
const watched = new Set()
readline.createInterface({ input: process.stdin }).on('line', (name) => watched.add(name))

// What is not kept on disk goes through no database: dynalite's one in memory encodes each item for each index and makes
// promises and streams for each row, which is most of a request's work. Rows stands in the place of one of its tables; the
// texts of the keys sort as their bytes do, because dynalite writes them in hexadecimal digits.
class Rows {
  texts = new Map() // JSON by key: who gets a value may change it
  keys = []

  // at is where in the sorted keys a key stands or would stand.
  at (key) {
    let low = 0
    for (let high = this.keys.length; low < high;) {
      const middle = (low + high) >> 1
      if (this.keys[middle] < key) low = middle + 1
      else high = middle
    }
    return low
  }

  set (key, value) {
    if (!this.texts.has(key)) this.keys.splice(this.at(key), 0, key)
    this.texts.set(key, JSON.stringify(value))
  }

  remove (key) {
    if (this.texts.delete(key)) this.keys.splice(this.at(key), 1)
  }

  // between are the keys that a query asks for.
  between ({ gt, gte, lt, lte, reverse, limit } = {}) {
    let from = 0
    let to = this.keys.length
    if (gte !== undefined) from = this.at(gte)
    if (gt !== undefined) from = this.texts.has(gt) ? this.at(gt) + 1 : this.at(gt)
    if (lt !== undefined) to = this.at(lt)
    if (lte !== undefined) to = this.texts.has(lte) ? this.at(lte) + 1 : this.at(lte)
    const keys = this.keys.slice(from, Math.max(from, to))
    if (reverse) keys.reverse()
    return limit >= 0 ? keys.slice(0, limit) : keys
  }

  // read streams in the old way, which dynalite's Lazy turns everything into.
  read (keys, value) {
    const out = new stream.Stream()
    let open = true
    out.destroy = () => { open = false }
    process.nextTick(() => {
      for (const key of keys) if (open) out.emit('data', value(key))
      out.emit('end')
    })
    return out
  }

  // over gives a table of dynalite's these rows.
  over (table) {
    const value = (key) => {
      const text = this.texts.get(key)
      return text === undefined ? undefined : JSON.parse(text)
    }
    return Object.assign(table, {
      rows: this,
      get: (key, done) => done(null, value(key)),
      put: (key, item, done) => { this.set(key, item); done(null) },
      del: (key, done) => { this.remove(key); done(null) },
      batch: (all, done) => {
        for (const { type, key, value } of all) {
          if (type === 'del') this.remove(key)
          else this.set(key, value)
        }
        done(null)
      },
      createKeyStream: (range) => this.read(this.between(range), (key) => key),
      createValueStream: (range) => this.read(this.between(range), value),
    })
  }
}

// Answer is one that is printed already.
class Answer {
  constructor (text) { this.text = text }
  toJSON () { return JSON.parse(this.text) }
}

// largest is how many characters of items are put together without being weighed: DynamoDB's page ends at a megabyte.
const largest = 200_000

// A query for whole items needs none of their attributes but the last one's keys: the texts are put together.
const queryTable = db.queryTable
db.queryTable = (store, table, data, range, local, fromItems, startKeys, done) => {
  const from = data.IndexName ? store.getIndexDb(local ? 'Local' : 'Global', data.TableName, data.IndexName) : store.getItemDb(data.TableName)
  const part = fromItems || data._projection || data.AttributesToGet || data._filter || data.QueryFilter || data.ScanFilter ||
    data.Select || data.ReturnConsumedCapacity
  const texts = from.rows && !part ? from.rows.between({ ...range, limit: data.Limit ?? -1 }).map((key) => from.rows.texts.get(key)) : []
  if (texts.length === 0 || texts.reduce((sum, text) => sum + text.length, 0) > largest) {
    return queryTable(store, table, data, range, local, fromItems, startKeys, done)
  }
  const last = texts.length >= data.Limit ? JSON.parse(texts.at(-1)) : null
  const next = last ? `,"LastEvaluatedKey":${JSON.stringify(Object.fromEntries(startKeys.map((name) => [name, last[name]])))}` : ''
  done(null, new Answer(`{"ScannedCount":${texts.length}${next},"Count":${texts.length},"Items":[${texts.join()}]}`))
}

let store // dynalite's, of this process
const create = db.create
db.create = (options) => {
  store = create(options)
  if (!inMemory) return store
  const rows = (table) => table.rows ? table : new Rows().over(table)
  rows(store.tableDb)
  for (const name of ['getItemDb', 'getIndexDb', 'getTagDb']) {
    const find = store[name]
    store[name] = (...which) => rows(find(...which))
  }
  // The operations on items, which name no status, read the table and do not change it: they share one.
  const { getTable } = store
  const read = new Map() // by the table's text
  store.getTable = (name, status, done) => {
    if (typeof status !== 'function') return getTable(name, status, done)
    const text = store.tableDb.rows.texts.get(name)
    if (read.has(text)) return status(null, read.get(text))
    getTable(name, (err, table) => {
      if (!err) read.set(text, table)
      status(err, table)
    })
  }
  return store
}

// The short way: over a connection that has been upgraded from HTTP come frames, each a length in four bytes, then the
// target, a line's end and the body; each is answered with a length, a status in two bytes, and the body. The target
// and the body mean what they do over HTTP, and the same validations and actions of dynalite answer them. Status 0 says
// that this is to be asked over HTTP.
const known = new Map(['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'].map((operation) => {
  const name = validations.toLowerFirst(operation)
  const { types, custom } = require(`dynalite/validations/${name}`)
  return [`DynamoDB_20120810.${operation}`, { types, custom, act: require(`dynalite/actions/${name}`) }]
}))

function perform (target, body, done) {
  const operation = known.get(target)
  if (!operation) return done(0, '')
  const answer = (err, out) => {
    if (!err) return done(200, out instanceof Answer ? out.text : JSON.stringify(out))
    if (!err.statusCode) throw err
    done(err.statusCode, JSON.stringify(err.body))
  }
  let data
  try {
    data = JSON.parse(body)
  } catch {
    return done(0, '')
  }
  try {
    data = validations.checkTypes(data, operation.types)
    validations.checkValidations(data, operation.types, operation.custom, store)
  } catch (err) {
    return answer(err)
  }
  const whole = inMemory && target.endsWith('.GetItem') && !data._projection && !data.AttributesToGet && !data.ReturnConsumedCapacity
  return whole ? load(data, answer) : operation.act(store, data, answer)
}

// load is dynalite's GetItem for a whole item, whose text is as it was stored.
function load (data, done) {
  store.getTable(data.TableName, (err, table) => {
    const refused = err || db.validateKey(data.Key, table)
    if (refused) return done(refused)
    const text = store.getItemDb(data.TableName).rows.texts.get(db.createKey(data.Key, table))
    done(null, new Answer(text === undefined ? '{}' : `{"Item":${text}}`))
  })
}

// frames answers the frames of a connection, which sends the next when it has the answer to the last.
function frames (socket, head) {
  let got = head
  socket.on('data', (part) => {
    got = got.length > 0 ? Buffer.concat([got, part]) : part
    if (got.length < 4 || got.length < 4 + got.readUInt32BE(0)) return
    const text = got.toString('utf8', 4)
    got = Buffer.alloc(0)
    const end = text.indexOf('\n')
    perform(text.slice(0, end), text.slice(end + 1), (status, answer) => {
      const size = Buffer.byteLength(answer)
      const out = Buffer.allocUnsafe(6 + size)
      out.writeUInt32BE(2 + size, 0)
      out.writeUInt16BE(status, 4)
      out.write(answer, 6)
      socket.write(out)
    })
  })
}

const server = dynalite({ path: path || undefined, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 })

server.on('error', (err) => {
  console.error(err.code === 'EADDRINUSE' ? `port ${port} is in use` : err.stack)
  process.exit(1)
})
const upgraded = new Set()
server.on('upgrade', (request, socket, head) => {
  upgraded.add(socket)
  socket.on('error', () => socket.destroy()) // a client that is gone needs no answer
  socket.on('close', () => upgraded.delete(socket))
  socket.setNoDelay(true)
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: frames\r\n\r\n')
  frames(socket, head)
})
server.listen(port, '127.0.0.1', () => console.log(server.address().port))

// dynalite throws when a client disconnects while it sends, as one does that waits no longer. The error is ignored.
process.on('uncaughtException', (err) => {
  if (err.code === 'ECONNRESET' || err.code === 'EPIPE') return
  console.error(err.stack)
  process.exit(1)
})

process.stdin.on('end', () => {
  server.closeAllConnections()
  for (const socket of upgraded) socket.destroy()
  server.close((err) => process.exit(err ? 1 : 0)) // writes to disk what is still in memory
})
