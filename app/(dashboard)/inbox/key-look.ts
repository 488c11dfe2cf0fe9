/** A key beside what it does: small, and only where there is a keyboard. */
export const KEY_LOOK =
  'hidden h-4.5 min-w-4.5 shrink-0 justify-center px-1 text-2xs font-medium sm:inline-flex pointer-coarse:hidden';
