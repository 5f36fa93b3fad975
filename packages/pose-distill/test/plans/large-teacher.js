// Trains a teacher of twice the student's input first, which the student then cannot take.
import { plain } from 'pose-distill/recipes';

export const teacher = ({ height, width, ...options }) => ({
  module: 'plain',
  options: { ...options, height: 2 * height, width: 2 * width },
});

export const plan = ({ teacher: _, ...options }, { teachers }) => ({
  ...plain.plan(options),
  teachers,
});
