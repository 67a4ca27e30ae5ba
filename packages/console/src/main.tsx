// The entry point of the page.
import { render } from 'preact';
import './style/page.css';
import './style/panels.css';
import './style/phone.css';
import './style/notification.css';
import './style/details.css';
import './style/views.css';
import { Gate } from './components/gate.tsx';

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element #page.');
root.replaceChildren();
render(<Gate />, root);
