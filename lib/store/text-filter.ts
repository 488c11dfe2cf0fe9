/** For the few small collections that are searched by a plain look through one tenant's rows. */
export const containsText = (text: string): { $regex: string; $options: 'i' } => ({
  $regex: text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  $options: 'i',
});
