const buffers = /* @__PURE__ */ new Map<string, Float32Array>();

/**
 * Working memory that is kept between pictures, by name; contents are whatever the last user left. Renderers are
 * synchronous, so two of them never hold it at once.
 */
export function allocate(name: string, length: number): Float32Array {
  const held = buffers.get(name);
  if (held && held.length >= length) return held;
  const fresh = new Float32Array(length);
  buffers.set(name, fresh);
  return fresh;
}

let bytes = /* @__PURE__ */ new Uint8Array(0);

/** As `allocate`, for the one buffer of bytes that is needed; zeroed. */
export function allocateBytes(length: number): Uint8Array {
  if (bytes.length < length) bytes = new Uint8Array(length);
  return bytes.fill(0, 0, length);
}
