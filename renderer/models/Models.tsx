/** The Models workspace: what to train on the left, a training or a version in the middle, all of them on the right. */
import { useEffect } from 'react';
import { useDeskStore } from '../stores/desk-store.ts';
import '../lab/lab.css';
import './models.css';
import { BringModel } from './BringModel.tsx';
import { ModelList } from './ModelList.tsx';
import { ModelView } from './ModelView.tsx';
import { readModels, useModels } from './models-store.ts';
import { TrainingSetUp } from './TrainingSetUp.tsx';

export function Models() {
  const setUp = useModels((state) => state.setUp);
  const client = useDeskStore((state) => state.client);
  useEffect(() => {
    if (client) readModels(client);
  }, [client]);
  return (
    <div className="lab models">
      {setUp === 'bring' ? <BringModel /> : <TrainingSetUp />}
      <ModelView />
      <ModelList />
    </div>
  );
}
