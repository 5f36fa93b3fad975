/**
 * RGBA of a bitmap whose colours were not multiplied by alpha: a 2D canvas multiplies and divides again, and what is lost
 * at low alpha stays lost; a texture does not. Undefined without WebGL 2, or for a bitmap larger than its textures.
 */
export function readStraightAlpha(bitmap: ImageBitmap): Uint8Array | undefined {
  const { width, height } = bitmap;
  const canvas =
    typeof OffscreenCanvas === 'undefined'
      ? document.createElement('canvas')
      : new OffscreenCanvas(1, 1);
  const gl = canvas.getContext('webgl2') as WebGL2RenderingContext | null;
  if (!gl) return undefined;
  try {
    const largest: number = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    if (width > largest || height > largest) return undefined;
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    const texture: WebGLTexture | null = gl.getParameter(gl.TEXTURE_BINDING_2D);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE) return undefined;
    const pixels = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return gl.getError() === gl.NO_ERROR ? pixels : undefined;
  } finally {
    // Contexts are few; do not wait for the collector.
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
