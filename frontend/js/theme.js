/**
 * Light or dark, before the first paint: the system's choice, or the one made here earlier.
 */

{
  const saved = localStorage.getItem('latentbrush.theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const chosen = localStorage.getItem('latentbrush.theme');
    document.documentElement.dataset.theme = chosen ?? (system.matches ? 'dark' : 'light');
  };
  if (saved !== 'light' && saved !== 'dark') localStorage.removeItem('latentbrush.theme');
  apply();
  system.addEventListener('change', apply);
}
