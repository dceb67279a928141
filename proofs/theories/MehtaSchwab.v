(* The variational step of Mehta and Schwab on any two finite layers.          *)
(* Definitions used: T_of (43), H_RG (60), H_RBM_hidden, H_RBM_visible,        *)
(* unit_sum (41)/(62), eq61.                                                   *)
(* Main: rg_hamiltonian_eq_rbm (44), unit_sum_T_iff_own_marginal,              *)
(* partition_preserved, free_energy_preserved, eq61_unit_sum_zero,             *)
(* eq61_ge0_of_subunit_sum, eq61_zero_iff_of_subunit_sum.                      *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section MS.
Variables (R : realFieldType) (e : exponential R) (V H : finType).
Implicit Types (E T : V -> H -> R) (Hv : V -> R).

Lemma weight_gt0 E v h : 0 < weight_of e E v h.
Proof. exact: expo_gt0. Qed.

Lemma expoT E Hv v h : e (T_of E Hv v h - Hv v) = weight_of e E v h.
Proof. by rewrite /T_of addrK. Qed.

Lemma Zsum_gt0 E : V -> H -> 0 < Zsum (weight_of e E).
Proof.
move=> v0 h0; apply: sum_gt0 => // v; apply: sum_gt0 => // h; exact: expo_gt0.
Qed.

Lemma margV_gt0 E v : H -> 0 < margV (weight_of e E) v.
Proof. by move=> h0; apply: sum_gt0 => // h; apply: expo_gt0. Qed.

Lemma margH_gt0 E h : V -> 0 < margH (weight_of e E) h.
Proof. by move=> v0; apply: sum_gt0 => // v; apply: expo_gt0. Qed.

Lemma Zsum_margH E : Zsum (weight_of e E) = \sum_h margH (weight_of e E) h.
Proof. exact: exchange_big. Qed.

(* (2), (3): the joint law is a distribution. *)
Theorem joint_is_distribution E : V -> H ->
  distribution (fun vh : V * H => probVH (weight_of e E) vh.1 vh.2).
Proof.
move=> v0 h0; have Z0 := Zsum_gt0 E v0 h0.
split=> [[v h]|]; first by rewrite divr_ge0 ?expo_ge0 ?ltW.
rewrite -(pair_bigA _ (fun v h => probVH (weight_of e E) v h)) /=.
rewrite -[RHS](@divff _ (Zsum (weight_of e E))) ?gt_eqF //.
by rewrite {2}/Zsum mulr_suml; apply: eq_bigr => v _; rewrite mulr_suml.
Qed.

(* (4), (39): p(v) is the sum of p(v,h), and a distribution. *)
Theorem visible_marginal E v :
  probV (weight_of e E) v = (\sum_h e (- E v h)) / Zsum (weight_of e E)
  /\ probV (weight_of e E) v = \sum_h probVH (weight_of e E) v h.
Proof. by split=> //; rewrite /probV /margV mulr_suml. Qed.

Theorem hidden_marginal E h :
  probH (weight_of e E) h = (\sum_v e (- E v h)) / Zsum (weight_of e E)
  /\ probH (weight_of e E) h = \sum_v probVH (weight_of e E) v h.
Proof. by split=> //; rewrite /probH /margH mulr_suml. Qed.

(* The layer Hamiltonians of martin2015. *)
Theorem visible_hamiltonian E v : H ->
  e (- H_RBM_visible e E v) / Zsum (weight_of e E) = probV (weight_of e E) v.
Proof. by move=> h0; rewrite /H_RBM_visible opprK lnK // (margV_gt0 E v h0). Qed.

Theorem hidden_hamiltonian E h : V ->
  e (- H_RBM_hidden e E h) / Zsum (weight_of e E) = probH (weight_of e E) h.
Proof. by move=> v0; rewrite /H_RBM_hidden opprK lnK // (margH_gt0 E h v0). Qed.

(* (44): with T = -E + H the coarse Hamiltonian is the machine's, for any H. *)
Theorem rg_hamiltonian_eq_rbm E Hv h : H_RG e (T_of E Hv) Hv h = H_RBM_hidden e E h.
Proof.
by rewrite /H_RG /H_RBM_hidden; congr (- ln e _); apply: eq_bigr => v _; rewrite expoT.
Qed.

(* (44), the chain of probabilities, with e^{-H_RG} on the left. *)
Theorem rg_probability_chain E Hv h : V ->
  e (- H_RG e (T_of E Hv) Hv h) / Zsum (weight_of e E)
    = (\sum_v e (T_of E Hv v h - Hv v)) / Zsum (weight_of e E)
  /\ (\sum_v e (T_of E Hv v h - Hv v)) / Zsum (weight_of e E)
    = probH (weight_of e E) h
  /\ probH (weight_of e E) h = e (- H_RBM_hidden e E h) / Zsum (weight_of e E).
Proof.
move=> v0; rewrite rg_hamiltonian_eq_rbm hidden_hamiltonian //.
have -> : \sum_v e (T_of E Hv v h - Hv v) = margH (weight_of e E) h.
  by apply: eq_bigr => v _; rewrite expoT.
by [].
Qed.

(* The sign printed in (40) and (44). *)
Theorem rg_hamiltonian_printed_sign E Hv h :
  H_RG_printed e (T_of E Hv) Hv h = - H_RBM_hidden e E h.
Proof. by rewrite -(rg_hamiltonian_eq_rbm E Hv) opprK. Qed.

Theorem rg_printed_sign_iff E Hv h : V ->
  H_RG_printed e (T_of E Hv) Hv h = H_RBM_hidden e E h
    <-> \sum_v e (- E v h) = 1.
Proof.
move=> v0; rewrite rg_hamiltonian_printed_sign.
have m0 := margH_gt0 E h v0; rewrite /H_RBM_hidden opprK.
split=> [h1|->]; last by rewrite ln1 oppr0.
apply/eqP; rewrite -(ln_eq0 e m0); set L := ln e _ in h1 *.
have : L + L = 0 by rewrite {1}h1 addNr.
by rewrite -mulr2n -mulr_natr => /eqP; rewrite mulf_eq0 (negbTE (two_neq0 R)) orbF.
Qed.

(* (43): e^T is the conditional probability times e^{H - H_RBM}. *)
Theorem expT_conditional E Hv v h : H ->
  e (T_of E Hv v h) = condH (weight_of e E) h v * e (Hv v - H_RBM_visible e E v).
Proof.
move=> h0; have m0 := margV_gt0 E v h0.
rewrite /condH [X in _ = _ * X]expoD /H_RBM_visible opprK lnK //.
rewrite /T_of expoD /weight_of -/(weight_of e E) /margV.
have mn0 : \sum_h e (- E v h) != 0 by rewrite gt_eqF.
by rewrite mulrCA [X in _ = _ * X]divfK // mulrC.
Qed.

Theorem expT_own_conditional E v h : H ->
  e (T_of E (H_RBM_visible e E) v h) = probVH (weight_of e E) v h / probV (weight_of e E) v.
Proof.
move=> h0; rewrite expT_conditional // subrr expo0 mulr1.
have m0 := margV_gt0 E v h0; have Z0 := Zsum_gt0 E v h0.
by rewrite /condH /probVH /probV invf_div mulrA divfK ?gt_eqF.
Qed.

(* (62) for T = -E + H holds if and only if H is the model's own marginal. *)
Theorem unit_sum_T_iff_own_marginal E Hv : H ->
  unit_sum e (T_of E Hv) <-> (forall v, Hv v = H_RBM_visible e E v).
Proof.
move=> h0; have key v : \sum_h e (T_of E Hv v h) = e (Hv v - H_RBM_visible e E v).
  rewrite (eq_bigr _ (fun h _ => expT_conditional E Hv v h h0)) -mulr_suml.
  by rewrite /condH -mulr_suml divff ?mul1r // gt_eqF // (margV_gt0 E v h0).
split=> [u v|u v].
  apply/eqP; rewrite -subr_eq0; apply/eqP/(@expo_inj _ e).
  by rewrite -key u expo0.
by rewrite key u subrr expo0.
Qed.

(* (42) *)
Theorem unit_sum_marginal T Hv v : unit_sum e T ->
  \sum_h e (T v h - Hv v) = e (- Hv v).
Proof.
move=> u; rewrite (eq_bigr (fun h => e (T v h) * e (- Hv v))) => [|h _]; last exact: expoD.
by rewrite -mulr_suml u mul1r.
Qed.

(* (60) exponentiated *)
Theorem expNH_RG T Hv h : V ->
  e (- H_RG e T Hv h) = \sum_v e (T v h - Hv v).
Proof. by move=> v0; rewrite opprK lnK // sum_gt0 // => v; apply: expo_gt0. Qed.

Lemma partition_RG T Hv : V ->
  partition e (H_RG e T Hv) = \sum_v (\sum_h e (T v h)) * e (- Hv v).
Proof.
move=> v0; rewrite /partition (eq_bigr _ (fun h _ => expNH_RG T Hv h v0)) exchange_big.
by apply: eq_bigr => v _; rewrite mulr_suml; apply: eq_bigr => h _; rewrite expoD.
Qed.

(* (41) implies that Z and the free energy are unchanged. *)
Theorem partition_preserved T Hv : V -> unit_sum e T ->
  partition e (H_RG e T Hv) = partition e Hv.
Proof.
by move=> v0 u; rewrite partition_RG //; apply: eq_bigr => v _; rewrite u mul1r.
Qed.

Theorem free_energy_preserved T Hv : V -> unit_sum e T ->
  free_energy e (H_RG e T Hv) - free_energy e Hv = 0.
Proof. by move=> v0 u; rewrite /free_energy partition_preserved // subrr. Qed.

(* sum_v e^{-H} = sum_v sum_h e^{-V} e^{-H}, with V = -T *)
Theorem correlation_preserves_partition (U : V -> H -> R) Hv :
  (forall v, \sum_h e (- U v h) = 1) ->
  partition e Hv = \sum_v \sum_h e (- U v h) * e (- Hv v).
Proof.
by move=> u; apply: eq_bigr => v _; rewrite -mulr_suml u mul1r.
Qed.

(* The unit sum for every H is needed for that. *)
Theorem correlation_unit_sum_necessary (U : V -> H -> R) :
  (forall Hv, partition e Hv = \sum_v \sum_h e (- U v h) * e (- Hv v)) ->
  forall v, \sum_h e (- U v h) = 1.
Proof.
move=> all v; set c := fun v => \sum_h e (- U v h).
have lin Hv : \sum_v (c v - 1) * e (- Hv v) = 0.
  rewrite (eq_bigr (fun v => c v * e (- Hv v) - e (- Hv v))) => [|w _]; last by rewrite mulrBl mul1r.
  rewrite sumrB; apply/eqP; rewrite subr_eq0; apply/eqP.
  by rewrite -/(partition e Hv) all; apply: eq_bigr => w _; rewrite mulr_suml.
have h1 := lin (fun _ => 0); have h2 := lin (fun w => if w == v then - ln e 2%:R else 0).
move: h1 h2; rewrite (bigD1 v) //= [in X in _ -> X -> _](bigD1 v) //= eqxx opprK lnK ?two_gt0 //.
rewrite [X in _ + X = 0 -> _](eq_bigr (fun w => (c w - 1))) => [|w _]; last first.
  by rewrite oppr0 expo0 mulr1.
rewrite [X in _ -> _ + X = 0 -> _](eq_bigr (fun w => (c w - 1))) => [|w wv]; last first.
  by rewrite (negbTE wv) oppr0 expo0 mulr1.
rewrite oppr0 expo0 mulr1 => h1 h2.
have : (c v - 1) * 2%:R - (c v - 1) = 0.
  move: h1 h2; set a := c v - 1; set S := \sum_(_ | _) _ => h1 h2.
  by transitivity (a * 2%:R + S - (a + S)); [ring | rewrite h1 h2 subrr].
by rewrite mulr_natr mulr2n addrK => /eqP; rewrite subr_eq0 => /eqP.
Qed.

(* The effective Hamiltonian with the minus sign: H~(h) = - ln sum_v e^{-V} e^{-H}. *)
Theorem effective_hamiltonian (U : V -> H -> R) Hv h : V ->
  H_RG e (fun v h => - U v h) Hv h = - ln e (\sum_v e (- U v h) * e (- Hv v))
  /\ e (- H_RG e (fun v h => - U v h) Hv h) = \sum_v e (- U v h) * e (- Hv v).
Proof.
move=> v0; rewrite expNH_RG //; split.
  by congr (- ln e _); apply: eq_bigr => v _; rewrite expoD.
by apply: eq_bigr => v _; rewrite expoD.
Qed.

Theorem effective_partition_function (U : V -> H -> R) Hv : V ->
  (forall v, \sum_h e (- U v h) = 1) ->
  partition e Hv = \sum_h e (- H_RG e (fun v h => - U v h) Hv h).
Proof. by move=> v0 u; rewrite -/(partition e (H_RG e _ _)) partition_preserved. Qed.

(* Joint Hamiltonian: E = H + V with V of unit sum means H is E's own marginal; *)
(* with the other sign it is e^{+V} that must have unit sum.                    *)
Theorem joint_hamiltonian_plus (E U : V -> H -> R) Hv : H ->
  (forall v h, E v h = Hv v + U v h) ->
  (forall v, \sum_h e (- U v h) = 1) <-> (forall v, Hv v = H_RBM_visible e E v).
Proof.
move=> h0 EU; rewrite -unit_sum_T_iff_own_marginal // /unit_sum.
have eqT v : \sum_h e (T_of E Hv v h) = \sum_h e (- U v h).
  by apply: eq_bigr => h _; rewrite /T_of EU opprD addrAC addNr add0r.
by split=> u v; have := u v; rewrite eqT.
Qed.

Theorem joint_hamiltonian_minus (E U : V -> H -> R) Hv : H ->
  (forall v h, E v h = Hv v - U v h) ->
  (forall v, \sum_h e (U v h) = 1) <-> (forall v, Hv v = H_RBM_visible e E v).
Proof.
move=> h0 EU; rewrite -(@joint_hamiltonian_plus E (fun v h => - U v h)) //.
by split=> u v; rewrite -[RHS](u v); apply: eq_bigr => h _; rewrite opprK.
Qed.

Theorem joint_hamiltonian_both_signs (Hv : V -> R) (U : V -> H -> R) v h :
  Hv v + U v h = Hv v - U v h <-> U v h = 0.
Proof.
split=> [/addrI h1|->]; last by rewrite oppr0.
have : U v h + U v h = 0 by rewrite {1}h1 addNr.
by rewrite -mulr2n -mulr_natr => /eqP; rewrite mulf_eq0 (negbTE (two_neq0 R)) orbF => /eqP.
Qed.

(* (61) *)
Lemma eq61E T Hv : V ->
  eq61 e T Hv = ln e (partition e Hv) - ln e (\sum_v (\sum_h e (T v h)) * e (- Hv v)).
Proof. by move=> v0; rewrite /eq61 -partition_RG. Qed.

Theorem eq61_is_free_energy_difference T Hv :
  eq61 e T Hv = free_energy e (H_RG e T Hv) - free_energy e Hv.
Proof. by rewrite /eq61 /free_energy opprK addrC. Qed.

Theorem eq61_unit_sum_zero T Hv : V -> unit_sum e T -> eq61 e T Hv = 0.
Proof.
by move=> v0 u; rewrite eq61_is_free_energy_difference free_energy_preserved.
Qed.

Lemma sumT_gt0 T v : H -> 0 < \sum_h e (T v h).
Proof. by move=> h0; apply: sum_gt0 => // h; apply: expo_gt0. Qed.

(* Zero is the minimum among T whose sums do not exceed 1, and there it is      *)
(* attained exactly when (62) holds.                                            *)
Theorem eq61_ge0_of_subunit_sum T Hv : V -> H ->
  (forall v, \sum_h e (T v h) <= 1) -> 0 <= eq61 e T Hv.
Proof.
move=> v0 h0 le1; rewrite eq61E // subr_ge0 ln_le ?partition_gt0 //; last first.
  by apply: sum_gt0 => // v; rewrite mulr_gt0 ?sumT_gt0 ?expo_gt0.
apply: ler_sum => v _; rewrite -[X in _ <= X]mul1r.
by rewrite ler_wpmul2r ?expo_ge0.
Qed.

Theorem eq61_zero_iff_of_subunit_sum T Hv : V -> H ->
  (forall v, \sum_h e (T v h) <= 1) -> (eq61 e T Hv = 0 <-> unit_sum e T).
Proof.
move=> v0 h0 le1; split=> [|u]; last exact: eq61_unit_sum_zero.
rewrite eq61E // => /eqP; rewrite subr_eq0 => /eqP /ln_inj eqZ.
have {}eqZ : partition e Hv = \sum_v (\sum_h e (T v h)) * e (- Hv v).
  apply: eqZ; first exact: partition_gt0.
  by apply: sum_gt0 => // v; rewrite mulr_gt0 ?sumT_gt0 ?expo_gt0.
have z : \sum_v (1 - \sum_h e (T v h)) * e (- Hv v) = 0.
  rewrite (eq_bigr (fun v => e (- Hv v) - (\sum_h e (T v h)) * e (- Hv v))).
    by rewrite sumrB -eqZ subrr.
  by move=> v _; rewrite mulrBl mul1r.
have pos v : true -> 0 <= (1 - \sum_h e (T v h)) * e (- Hv v).
  by rewrite mulr_ge0 ?expo_ge0 // subr_ge0.
move=> v; have /eqP : (1 - \sum_h e (T v h)) * e (- Hv v) = 0 by exact: (psumr_eq0P pos z).
by rewrite mulf_eq0 (negbTE (expo_neq0 e _)) orbF subr_eq0 => /eqP.
Qed.

(* Two layers in a row: the composed kernel has unit sum and the same result. *)
Theorem rg_compose (H' : finType) T (T' : H -> H' -> R) Hv k : V -> H ->
  H_RG e T' (H_RG e T Hv) k
  = H_RG e (fun v k => ln e (\sum_h e (T v h) * e (T' h k))) Hv k.
Proof.
move=> v0 h0; rewrite /H_RG; congr (- ln e _).
rewrite (eq_bigr (fun h => e (T' h k) * \sum_v e (T v h - Hv v))); last first.
  by move=> h _; rewrite expoD -/(H_RG e T Hv h) expNH_RG.
rewrite (eq_bigr _ (fun h _ => mulr_sumr _ _ _ _)) exchange_big.
apply: eq_bigr => v _; rewrite expoD lnK; last first.
  by apply: sum_gt0 => // h; rewrite mulr_gt0 ?expo_gt0.
rewrite mulr_suml; apply: eq_bigr => h _.
by rewrite expoD mulrCA mulrA.
Qed.

Theorem unit_sum_compose (H' : finType) T (T' : H -> H' -> R) : H -> H' ->
  unit_sum e T -> unit_sum e T' ->
  unit_sum e (fun v k => ln e (\sum_h e (T v h) * e (T' h k))).
Proof.
move=> h0 k0 u u' v; rewrite -[RHS](u v).
rewrite (eq_bigr (fun k => \sum_h e (T v h) * e (T' h k))); last first.
  by move=> k _; rewrite lnK // sum_gt0 // => h; rewrite mulr_gt0 ?expo_gt0.
rewrite exchange_big; apply: eq_bigr => h _.
by rewrite -mulr_sumr u' mulr1.
Qed.
End MS.
