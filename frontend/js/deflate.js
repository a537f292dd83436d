/**
 * Bytes made small at once, as zlib has them (RFC 1950, 1951): a browser's own way is asynchronous, and a stroke cannot wait.
 * Runs and repeats are found, codes are the fixed ones: for the few hundred bytes of a mask, tables would cost more than they save.
 */

const WINDOW = 32768;
const SHORTEST = 3;
const LONGEST = 258;
const HASH_SIZE = 4096;
const MOST_TRIES = 64;
const END = 256;
/** The shortest length, and distance, of each code, and how many extra bits tell the rest (RFC 1951, 3.2.5). */
const LENGTHS = codes(28, (i) => (i < 8 ? 0 : (i >> 2) - 1), SHORTEST).concat({ least: LONGEST, extra: 0 });
const DISTANCES = codes(30, (i) => (i < 4 ? 0 : (i >> 1) - 1), 1);

/** @typedef {{least: number, extra: number}} Code */

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Uint8Array<ArrayBuffer>} */
export function zlib(bytes) {
  const out = new Bits([0x78, 0x01]);
  out.put(0b011, 3); // the last block, with fixed codes
  const passed = new Passed(bytes);
  for (let i = 0; i < bytes.length; ) {
    const { length, distance } = passed.repeat(i);
    if (length < SHORTEST) literal(out, bytes[i]);
    else copy(out, length, distance);
    for (const end = i + Math.max(1, length); i < end; i++) passed.add(i);
  }
  literal(out, END);
  return out.end(adler32(bytes));
}

/** The bytes that are passed, found by their next three. */
class Passed {
  #bytes;
  #last = new Int32Array(HASH_SIZE).fill(-1);
  #before; // of each place, the one before it with the same hash

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
    this.#before = new Int32Array(bytes.length);
  }

  /** @param {number} at */
  add(at) {
    const hash = this.#hash(at);
    this.#before[at] = this.#last[hash];
    this.#last[hash] = at;
  }

  /** The longest run of the bytes from `at` on that was passed; length 0: there is none. @param {number} at */
  repeat(at) {
    const bytes = this.#bytes;
    const most = Math.min(LONGEST, bytes.length - at);
    let best = { length: 0, distance: 0 };
    let place = most < SHORTEST ? -1 : this.#last[this.#hash(at)];
    for (let tries = 0; tries < MOST_TRIES && place >= 0 && at - place <= WINDOW && best.length < most; tries++) {
      let length = 0;
      while (length < most && bytes[place + length] === bytes[at + length]) length++;
      if (length > best.length && length >= SHORTEST) best = { length, distance: at - place };
      place = this.#before[place];
    }
    return best;
  }

  /** @param {number} at */
  #hash(at) {
    const bytes = this.#bytes;
    return (bytes[at] * 2531 + bytes[at + 1] * 173 + bytes[at + 2] * 11) & (HASH_SIZE - 1); // past the end: NaN, which is 0 here
  }
}

/** Bytes that were there before. @param {Bits} out @param {number} length @param {number} distance */
function copy(out, length, distance) {
  const code = codeOf(LENGTHS, length);
  literal(out, END + 1 + code);
  out.put(length - LENGTHS[code].least, LENGTHS[code].extra);
  const far = codeOf(DISTANCES, distance);
  out.put(reversed(far, 5), 5);
  out.put(distance - DISTANCES[far].least, DISTANCES[far].extra);
}

/** A symbol by its fixed code. @param {Bits} out @param {number} symbol */
function literal(out, symbol) {
  if (symbol < 144) out.put(reversed(0x30 + symbol, 8), 8);
  else if (symbol < 256) out.put(reversed(0x190 + symbol - 144, 9), 9);
  else if (symbol < 280) out.put(reversed(symbol - 256, 7), 7);
  else out.put(reversed(0xc0 + symbol - 280, 8), 8);
}

/** @param {number} count @param {(i: number) => number} extraOf @param {number} first @returns {Code[]} */
function codes(count, extraOf, first) {
  let least = first;
  return Array.from({ length: count }, (_, i) => {
    const code = { least, extra: extraOf(i) };
    least += 1 << code.extra;
    return code;
  });
}

/** The last code that begins at a value, or before it. @param {Code[]} table @param {number} value */
function codeOf(table, value) {
  let at = table.length - 1;
  while (table[at].least > value) at--;
  return at;
}

/** @param {number} code @param {number} width in bits */
function reversed(code, width) {
  let turned = 0;
  for (let i = 0; i < width; i++) turned |= ((code >> i) & 1) << (width - 1 - i);
  return turned;
}

/** @param {Uint8Array} bytes */
function adler32(bytes) {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** Bytes, filled from their lowest bit. */
class Bits {
  #bytes;
  #rest = 0;
  #width = 0;

  /** @param {number[]} begin */
  constructor(begin) {
    this.#bytes = begin;
  }

  /** @param {number} value @param {number} width */
  put(value, width) {
    this.#rest |= value << this.#width;
    this.#width += width;
    while (this.#width >= 8) {
      this.#bytes.push(this.#rest & 255);
      this.#rest >>>= 8;
      this.#width -= 8;
    }
  }

  /** All of it, with a sum of 32 bits, the highest first. @param {number} sum */
  end(sum) {
    if (this.#width) this.#bytes.push(this.#rest & 255);
    return Uint8Array.from([...this.#bytes, sum >>> 24, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255]);
  }
}
