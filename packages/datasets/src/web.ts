export { type DroppedFile, listDroppedFiles } from './web/dropped-files.js';
export { type OpenFilesOptions, openFiles } from './web/open-files.js';
export { type PictureSource, type ReadPictureOptions, readImage } from './web/read-image.js';
export { readVideoFrame, type VideoSource } from './web/video-frame.js';
