// Runs before the first paint, from its own file so that the page needs no inline script of ours: theme and rail
// stand as they were left, without a flash.
(function () {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  function stored(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      // Storage may be shut off: what the system says, then.
      return null;
    }
  }
  function show() {
    const choice = root.dataset.themeChoice;
    root.dataset.theme = choice === 'auto' ? (dark.matches ? 'dark' : 'light') : choice;
  }
  const choice = stored('switchboard-theme');
  root.dataset.themeChoice = choice === 'light' || choice === 'dark' ? choice : 'auto';
  root.dataset.rail = stored('switchboard-rail') === 'icons' ? 'icons' : 'words';
  dark.addEventListener('change', show);
  show();
})();
