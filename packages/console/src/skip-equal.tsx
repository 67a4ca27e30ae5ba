// Re-renders a component only if one of its props changed: under load most phones do not change.
import { Component, type ComponentType } from 'preact';

export function skipEqual<Props extends object>(Drawn: ComponentType<Props>): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const names = Object.keys(next) as (keyof Props)[];
      return names.some((name) => next[name] !== this.props[name]);
    }

    override render() {
      return <Drawn {...this.props} />;
    }
  };
}
