import type { Locator, Page } from 'playwright-core';
import { NAV_ITEMS } from '@/app/(dashboard)/_frame/nav-items';

/** The same moves of a person, by mouse or by keyboard alone. What is looked at is the same page. */
export interface Hand {
  name: 'mouse' | 'keys';
  /** To a page of the navigation: a press on its name, or `g` and its letter. */
  goTo(label: string): Promise<void>;
  /** A button, a link, a switch. */
  press(target: Locator): Promise<void>;
  /** Replaces what stands in a field. */
  write(field: Locator, text: string): Promise<void>;
  /** The same in a field of numbers, which counts once it is left. */
  writeNumber(field: Locator, text: string): Promise<void>;
  /** An option of a list that its button opens. */
  choose(button: Locator, option: string): Promise<void>;
  /** A row of what the open search has found. */
  pickFound(option: string): Promise<void>;
  /** One of a row of tabs. */
  showTab(tab: Locator): Promise<void>;
  /** A row of a long list: pressed, or reached by `j`. */
  openRow(row: Locator): Promise<void>;
  /** Asserted by the hand that has a focus to lose. */
  expectFocusOn(target: Locator): Promise<void>;
}

export const mouse = (page: Page): Hand => ({
  name: 'mouse',
  goTo: async label => {
    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: new RegExp(`^${label}`) })
      .click();
    await heading(page, label).waitFor();
  },
  press: async target => {
    // What is seen of a switch is its label; the input itself is hidden behind it.
    const isSwitch = (await target.getAttribute('role')) === 'switch';
    await (isSwitch ? target.locator('xpath=ancestor::label') : target).click();
  },
  write: async (field, text) => {
    await field.click();
    await field.fill(text);
  },
  writeNumber: async (field, text) => {
    await field.click();
    await field.fill(text);
    await page.getByRole('heading', { level: 1 }).click();
  },
  choose: async (button, option) => {
    await button.click();
    await optionOf(page, option).click();
  },
  pickFound: option => optionOf(page, option).click(),
  showTab: tab => tab.click(),
  openRow: row => row.click(),
  expectFocusOn: async () => {},
});

/** More stops than any page has between two places; a walk that is longer goes in circles. */
const MOST_STOPS = 160;
const MOST_ROWS = 60;

export const keys = (page: Page): Hand => {
  const press = (key: string) => page.keyboard.press(key);
  /**
   * Tab or Shift+Tab, whichever way the target lies, until it has the focus. By handle, not by role: a field on the way
   * that opens its choices hides the rest from the roles until it is left.
   */
  const reach = async (target: Locator): Promise<void> => {
    await target.waitFor();
    let element = (await target.elementHandle())!;
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      const way = await element.evaluate(wayTo);
      if (way === 'here') return;
      if (way === 'gone') element = (await target.elementHandle())!;
      else await press(way);
    }
    throw new Error(`the keyboard does not reach ${String(target)}`);
  };
  return {
    name: 'keys',
    goTo: async label => {
      await press('g');
      await press(NAV_ITEMS.find(item => item.label === label)!.goKey);
      await heading(page, label).waitFor();
    },
    press: async target => {
      await reach(target);
      await press((await target.getAttribute('role')) === 'switch' ? 'Space' : 'Enter');
    },
    write: async (field, text) => {
      await reach(field);
      await press('Control+a');
      await page.keyboard.type(text);
    },
    writeNumber: async (field, text) => {
      await reach(field);
      await press('Control+a');
      await page.keyboard.type(text);
      await press('Tab');
    },
    choose: async (button, option) => {
      await reach(button);
      await press('Enter');
      await optionOf(page, option).waitFor();
      await press('Home');
      await until(page, () => optionOf(page, option).evaluate(isFocused), 'ArrowDown');
      await press('Enter');
      await page.getByRole('listbox').waitFor({ state: 'detached' });
    },
    pickFound: async option => {
      const found = optionOf(page, option);
      await found.waitFor();
      // The field keeps the focus; the row in hand is marked.
      await until(page, async () => (await found.getAttribute('data-focused')) === 'true', 'ArrowDown');
      await press('Enter');
    },
    showTab: async tab => {
      const chosen = tab.locator('xpath=ancestor::*[@role="tablist"]').getByRole('tab', { selected: true });
      await reach(chosen);
      await until(page, () => tab.evaluate(isFocused), 'ArrowRight');
    },
    openRow: async row => {
      await row.waitFor();
      await press('j');
      await until(page, () => row.evaluate(isFocused), 'j');
      await press('Enter');
    },
    expectFocusOn: async target => {
      await target.waitFor();
      const deadline = Date.now() + FOCUS_WITHIN_MS;
      while (!(await target.evaluate(isFocused))) {
        if (Date.now() > deadline) throw new Error(`the focus is not on ${String(target)}`);
        await page.waitForTimeout(20);
      }
    },
  };
};

/** A dialog gives the focus back when its way out has been drawn. */
const FOCUS_WITHIN_MS = 5_000;

const heading = (page: Page, label: string) => page.getByRole('heading', { level: 1, name: label, exact: true });
/** What says that nothing was found is an option too, to those who hear the page; only a real one has a key. */
const optionOf = (page: Page, option: string) => page.locator('[role="option"][data-key]', { hasText: option }).first();
const isFocused = (element: Element): boolean => element === document.activeElement;

async function until(page: Page, holds: () => Promise<boolean>, key: string): Promise<void> {
  for (let row = 0; row < MOST_ROWS; row += 1) {
    if (await holds()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not get there`);
}

function wayTo(element: Element): 'here' | 'gone' | 'Tab' | 'Shift+Tab' {
  const active = document.activeElement;
  if (!element.isConnected) return 'gone';
  if (active === element) return 'here';
  if (active === null || active === document.body) return 'Tab';
  return (element.compareDocumentPosition(active) & Node.DOCUMENT_POSITION_FOLLOWING) === 0 ? 'Tab' : 'Shift+Tab';
}
