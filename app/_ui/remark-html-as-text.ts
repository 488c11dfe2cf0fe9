interface Node {
  type: string;
  children?: Node[];
}

/** Markup in a message is shown, not swallowed: who reads the page sees the very words an agent was given. */
export function remarkHtmlAsText() {
  const visit = (node: Node): void => {
    if (node.type === 'html') node.type = 'text';
    for (const child of node.children ?? []) visit(child);
  };
  return visit;
}
