(* Inequalities on finite state spaces, with 0 ln 0 = 0.                        *)
(* Main: jensen_expo, jensen_ln, log_sum, kl_ge0, kl_eq0, data_processing,      *)
(* kl_joint_factorized, mutual_information_ge0, gibbs_bogoliubov,               *)
(* variational_free_energy, kadanoff_lower_bound.                               *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential MehtaSchwab Factorized.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Inequalities.
Variables (R : realFieldType) (e : exponential R).

Theorem jensen_expo (X : finType) (p f : X -> R) : distribution p ->
  e (expect p f) <= expect p (fun x => e (f x)).
Proof.
move=> [p0 p1]; set m := expect p f.
have tangent : \sum_x p x * (e m * (1 + (f x - m))) = e m.
  rewrite (eq_bigr (fun x => e m * ((1 - m) * p x + p x * f x))); last by move=> x _; ring.
  rewrite -mulr_sumr big_split /= -mulr_sumr p1 -/(expect p f) -/m mulr1 subrK.
  by rewrite mulr1.
rewrite -[X in X <= _]tangent; apply: ler_sum => x _.
rewrite ler_wpmul2l // -[X in _ <= e X](subrK m) expoD [X in _ <= X]mulrC.
by rewrite ler_wpmul2l ?expo_ge0 ?expo_ge1Dx.
Qed.

(* p - q <= p ln (p/q), with equality only at p = q. *)
Lemma core_ge (p q : R) : 0 <= p -> 0 <= q -> (q = 0 -> p = 0) -> p - q <= p * ln e (p / q).
Proof.
move=> p0 q0 dom; have [->|pn] := eqVneq p 0; first by rewrite mul0r sub0r oppr_le0.
have pp : 0 < p by rewrite lt_def pn.
have qp : 0 < q by rewrite lt_def q0 andbT; apply: contra pn => /eqP /dom ->.
have h : ln e (q / p) <= q / p - 1 by apply: ln_le_subr1; rewrite divr_gt0.
have -> : ln e (p / q) = - ln e (q / p) by rewrite !ln_div // opprB.
rewrite mulrN -opprB ler_opp2.
have -> : q - p = p * (q / p - 1) by field.
by rewrite ler_wpmul2l.
Qed.

Lemma core_eq (p q : R) : 0 <= p -> 0 <= q -> (q = 0 -> p = 0) ->
  p * ln e (p / q) = p - q -> p = q.
Proof.
move=> p0 q0 dom; have [->|pn] := eqVneq p 0.
  by rewrite mul0r sub0r => /esym/eqP; rewrite oppr_eq0 => /eqP ->.
have pp : 0 < p by rewrite lt_def pn.
have qp : 0 < q by rewrite lt_def q0 andbT; apply: contra pn => /eqP /dom ->.
have [eq1|neq] := eqVneq (q / p) 1 => h.
  by apply/esym; rewrite -[LHS](divfK pn) eq1 mul1r.
have lt : ln e (q / p) < q / p - 1 by apply: ln_lt_subr1 => //; rewrite divr_gt0.
have : p * ln e (q / p) = p * (q / p - 1).
  have -> : ln e (q / p) = - ln e (p / q) by rewrite !ln_div // opprB.
  by rewrite mulrN h; field.
by move/(mulfI pn) => h'; rewrite h' ltxx in lt.
Qed.

Theorem log_sum (X : finType) (a b : X -> R) :
  (forall x, 0 <= a x) -> (forall x, 0 <= b x) -> dominated a b ->
  (\sum_x a x) * ln e ((\sum_x a x) / \sum_x b x) <= \sum_x a x * ln e (a x / b x).
Proof.
move=> a0 b0 dom; set As := \sum_x a x; set Bs := \sum_x b x.
have A0 : 0 <= As by apply: sumr_ge0.
have [Az|An] := eqVneq As 0.
  have az x : a x = 0 by apply: (psumr_eq0P (fun x _ => a0 x) Az).
  by rewrite Az mul0r big1 // => x _; rewrite az mul0r.
have Ap : 0 < As by rewrite lt_def An.
have Bp : 0 < Bs.
  rewrite lt_def (sumr_ge0 _ (fun x _ => b0 x)) andbT; apply: contra An => /eqP Bz.
  by rewrite /As big1 // => x _; apply: dom; apply: (psumr_eq0P (fun x _ => b0 x) Bz).
have Bn : Bs != 0 by rewrite gt_eqF.
have step x : a x * ln e (a x / b x)
            = a x * ln e (a x / (b x * (As / Bs))) + a x * ln e (As / Bs).
  have [->|an] := eqVneq (a x) 0; first by rewrite !mul0r addr0.
  have ap : 0 < a x by rewrite lt_def an a0.
  have bp : 0 < b x.
    by rewrite lt_def b0 andbT; apply: contra an => /eqP /dom ->.
  have : 0 < As / Bs by rewrite divr_gt0.
  set r := As / Bs => rp; rewrite -mulrDr; congr (_ * _).
  have -> : ln e (a x / (b x * r)) = ln e (a x) - (ln e (b x) + ln e r).
    by rewrite -lnM // -ln_div // mulr_gt0.
  by rewrite ln_div //; ring.
rewrite (eq_bigr _ (fun x _ => step x)) big_split /= -mulr_suml ler_addr.
apply: (@le_trans _ _ (\sum_x (a x - b x * (As / Bs)))).
  by rewrite sumrB -mulr_suml -/Bs mulrCA divff // mulr1 subrr.
apply: ler_sum => x _; apply: core_ge => //.
  by rewrite mulr_ge0 // divr_ge0 ?ltW.
move/eqP; rewrite mulf_eq0 => /orP [/eqP /dom //|].
by rewrite mulf_eq0 invr_eq0 (negbTE An) (negbTE Bn).
Qed.

Section Divergence.
Variables (X : finType) (p q : X -> R).
Hypotheses (p_dist : distribution p) (q_dist : distribution q) (p_dom : dominated p q).

Theorem kl_ge0 : 0 <= KL e p q.
Proof.
have [p0 p1] := p_dist; have [q0 q1] := q_dist.
apply: (@le_trans _ _ (\sum_x (p x - q x))); first by rewrite sumrB p1 q1 subrr.
by apply: ler_sum => x _; apply: core_ge => //; apply: p_dom.
Qed.

Theorem kl_eq0 : KL e p q = 0 <-> forall x, p x = q x.
Proof.
have [p0 p1] := p_dist; have [q0 q1] := q_dist.
split=> [kl0 x|pq].
  have pos y : true -> 0 <= p y * ln e (p y / q y) - (p y - q y).
    by rewrite subr_ge0 core_ge //; apply: p_dom.
  have z : \sum_y (p y * ln e (p y / q y) - (p y - q y)) = 0.
    by rewrite sumrB -/(KL e p q) kl0 sumrB p1 q1 subrr subr0.
  have h : p x * ln e (p x / q x) - (p x - q x) = 0 by exact: (psumr_eq0P pos z).
  by apply: core_eq => //; [apply: p_dom | apply/eqP; rewrite -subr_eq0 h].
rewrite /KL big1 // => x _; have [z|nz] := eqVneq (p x) 0; first by rewrite z mul0r.
by rewrite -pq divff // ln1 mulr0.
Qed.

Theorem data_processing (Y : finType) (k : X -> Y -> R) :
  (forall x y, 0 <= k x y) -> (forall x, \sum_y k x y = 1) ->
  KL e (fun y => \sum_x p x * k x y) (fun y => \sum_x q x * k x y) <= KL e p q.
Proof.
move=> k0 k1; have [p0 _] := p_dist; have [q0 _] := q_dist.
have -> : KL e p q = \sum_y \sum_x p x * k x y * ln e (p x * k x y / (q x * k x y)).
  rewrite exchange_big; apply: eq_bigr => x _.
  rewrite -[LHS]mulr1 -[X in _ * X](k1 x) mulr_sumr; apply: eq_bigr => y _.
  have [->|kn] := eqVneq (k x y) 0; first by rewrite !(mulr0, mul0r).
  by rewrite -mulf_div divff // mulr1 mulrAC.
apply: ler_sum => y _; apply: log_sum => [x|x|x]; rewrite ?mulr_ge0 //.
by move/eqP; rewrite mulf_eq0 => /orP [/eqP /p_dom|/eqP] ->; rewrite ?mul0r ?mulr0.
Qed.
End Divergence.

Theorem jensen_ln (X : finType) (p f : X -> R) : distribution p -> (forall x, 0 < f x) ->
  expect p (fun x => ln e (f x)) <= ln e (expect p f).
Proof.
move=> pd f0; have h := @jensen_expo X p (fun x => ln e (f x)) pd.
have eqf : expect p (fun x => e (ln e (f x))) = expect p f.
  by apply: eq_bigr => x _; rewrite lnK.
rewrite eqf in h.
have ep : 0 < expect p f by apply: lt_le_trans h; apply: expo_gt0.
by rewrite -(expo_le e) lnK.
Qed.

(* I(v;h) = KL(p || A), A the product of the marginals. *)
Section Information.
Variables (V H : finType) (w : V -> H -> R).
Hypotheses (w_ge0 : forall v h, 0 <= w v h) (Z_neq0 : Zsum w != 0).

Let pj (vh : V * H) := probVH w vh.1 vh.2.
Let pa (vh : V * H) := factorized w vh.1 vh.2.

Let Z_gt0 : 0 < Zsum w.
Proof. by rewrite lt_def Z_neq0 sumr_ge0 // => v _; apply: sumr_ge0. Qed.

Lemma joint_distribution : distribution pj.
Proof.
split=> [x|]; first by rewrite divr_ge0 // ltW.
rewrite -(pair_bigA _ (fun v h => probVH w v h)) /=.
rewrite -[RHS](divff Z_neq0) {2}/Zsum mulr_suml.
by apply: eq_bigr => v _; rewrite mulr_suml.
Qed.

Lemma factorized_distribution : distribution pa.
Proof.
split=> [x|]; first exact: factorized_ge0.
rewrite -(pair_bigA _ (fun v h => factorized w v h)) /=.
by have [_ [_]] := factorized_marginals Z_neq0.
Qed.

Lemma probVH_pos v h : probVH w v h != 0 -> 0 < probV w v /\ 0 < probH w h.
Proof.
move=> n0; have p0 : 0 < w v h.
  by rewrite lt_def w_ge0 andbT; apply: contra n0 => /eqP wz; rewrite /probVH wz mul0r.
split; rewrite divr_gt0 //; apply: lt_le_trans p0 _.
  by rewrite /margV (bigD1 h) //= ler_addl sumr_ge0.
by rewrite /margH (bigD1 v) //= ler_addl sumr_ge0.
Qed.

Lemma joint_dominated : dominated pj pa.
Proof.
move=> [v h] a0; apply/eqP/negPn/negP => /probVH_pos /= [v0 h0].
by have := mulr_gt0 v0 h0; rewrite -[_ * _]/(pa (v, h)) a0 ltxx.
Qed.

Theorem kl_joint_factorized :
  KL e (fun vh : V * H => probVH w vh.1 vh.2) (fun vh => factorized w vh.1 vh.2)
  = mutual_information e w.
Proof.
have split3 vh : pj vh * ln e (pj vh / pa vh)
  = pj vh * ln e (pj vh) - pj vh * ln e (probV w vh.1) - pj vh * ln e (probH w vh.2).
  have [->|n0] := eqVneq (pj vh) 0; first by rewrite !mul0r !subr0.
  have p0 : 0 < pj vh by rewrite lt_def n0 divr_ge0 // ltW.
  have [v0 h0] := probVH_pos n0.
  have -> : ln e (pj vh / pa vh) = ln e (pj vh) - (ln e (probV w vh.1) + ln e (probH w vh.2)).
    by rewrite -(lnM e v0 h0) -(ln_div e p0 (mulr_gt0 v0 h0)).
  by rewrite opprD addrA !mulrDr !mulrN.
rewrite /KL (eq_bigr _ (fun vh _ => split3 vh)) !sumrB /mutual_information /entropy opprK.
have -> : \sum_vh pj vh * ln e (probV w vh.1) = \sum_v probV w v * ln e (probV w v).
  rewrite -(pair_bigA _ (fun v h => probVH w v h * ln e (probV w v))) /=.
  by apply: eq_bigr => v _; rewrite -mulr_suml; congr (_ * _); rewrite /probV /margV mulr_suml.
have -> : \sum_vh pj vh * ln e (probH w vh.2) = \sum_h probH w h * ln e (probH w h).
  rewrite -(pair_bigA _ (fun v h => probVH w v h * ln e (probH w h))) exchange_big /=.
  by apply: eq_bigr => h _; rewrite -mulr_suml; congr (_ * _); rewrite /probH /margH mulr_suml.
have k (a b c : R) : a - b - c = - b - c + a by ring.
exact: k.
Qed.

Theorem mutual_information_ge0 : 0 <= mutual_information e w.
Proof.
rewrite -kl_joint_factorized.
exact: kl_ge0 joint_distribution factorized_distribution joint_dominated.
Qed.

Theorem mutual_information_eq0 :
  mutual_information e w = 0 <-> forall v h, probVH w v h = factorized w v h.
Proof.
rewrite -kl_joint_factorized.
rewrite (kl_eq0 joint_distribution factorized_distribution joint_dominated).
by split=> [h v k|h [v k]]; [exact: (h (v, k)) | exact: h].
Qed.
End Information.

(* Free energies *)
Section FreeEnergy.
Variables (X : finType) (H : X -> R) (x0 : X).

Lemma boltzmann_distribution : distribution (boltzmann e H).
Proof.
have Z0 := partition_gt0 e H x0; split=> [x|]; first by rewrite divr_ge0 ?expo_ge0 ?ltW.
by rewrite -mulr_suml divff // gt_eqF.
Qed.

(* F(H) <= F(H0) + <H - H0>_0 *)
Theorem gibbs_bogoliubov (H0 : X -> R) :
  free_energy e H <= free_energy e H0 + expect (boltzmann e H0) (fun x => H x - H0 x).
Proof.
have Z := partition_gt0 e H x0; have Z0 := partition_gt0 e H0 x0.
have bd : distribution (boltzmann e H0).
  split=> [x|]; first by rewrite divr_ge0 ?expo_ge0 ?ltW.
  by rewrite -mulr_suml divff // gt_eqF.
have := @jensen_expo X (boltzmann e H0) (fun x => - (H x - H0 x)) bd.
have -> : expect (boltzmann e H0) (fun x => - (H x - H0 x))
        = - expect (boltzmann e H0) (fun x => H x - H0 x).
  by rewrite /expect -sumrN; apply: eq_bigr => x _; rewrite mulrN.
have -> : expect (boltzmann e H0) (fun x => e (- (H x - H0 x))) = partition e H / partition e H0.
  rewrite /expect /boltzmann {2}/partition mulr_suml; apply: eq_bigr => x _.
  by rewrite mulrAC -expoD; congr (expo e _ / _); ring.
set m := expect _ _ => h.
have {}h : - m <= ln e (partition e H) - ln e (partition e H0).
  by rewrite -ln_div // -(expo_le e) lnK ?divr_gt0.
rewrite /free_energy -subr_ge0.
set a := ln e (partition e H) in h *; set b := ln e (partition e H0) in h *.
have -> : - b + m - - a = (a - b) - - m by ring.
by rewrite subr_ge0.
Qed.

(* F(H) <= <H>_p - S(p), for every distribution p; equality at Boltzmann's. *)
Theorem variational_free_energy (p : X -> R) : distribution p ->
  free_energy e H <= expect p H - entropy e p
  /\ (free_energy e H = expect p H - entropy e p <-> forall x, p x = boltzmann e H x).
Proof.
move=> pd; have [p0 p1] := pd; have Z := partition_gt0 e H x0.
have dom : dominated p (boltzmann e H).
  by move=> x /eqP; rewrite gt_eqF // divr_gt0 ?expo_gt0.
have key : KL e p (boltzmann e H) = expect p H - entropy e p - free_energy e H.
  have term x : p x * ln e (p x / boltzmann e H x)
     = p x * ln e (p x) + p x * H x + p x * ln e (partition e H).
    have [->|n0] := eqVneq (p x) 0; first by rewrite !mul0r !addr0.
    have pp : 0 < p x by rewrite lt_def n0 p0.
    have -> : ln e (p x / boltzmann e H x) = ln e (p x) - (- H x - ln e (partition e H)).
      by rewrite -[X in X - ln e (partition _ _)](expoK e) -!ln_div ?divr_gt0 ?expo_gt0.
    by ring.
  rewrite /KL (eq_bigr _ (fun x _ => term x)) !big_split /= -mulr_suml p1 mul1r.
  have k (a b c : R) : a + b + c = b - - a - - c by ring.
  exact: k.
split; first by rewrite -subr_ge0 -key; apply: kl_ge0 pd boltzmann_distribution dom.
rewrite -(kl_eq0 pd boltzmann_distribution dom) key.
by split=> [->|/eqP]; [rewrite subrr | rewrite subr_eq0 => /eqP].
Qed.

(* Kadanoff: a change D of the Hamiltonian with mean 0 lowers the free energy. *)
Theorem kadanoff_moving_bound (D : X -> R) : expect (boltzmann e H) D = 0 ->
  free_energy e (fun x => H x + D x) <= free_energy e H.
Proof.
move=> mean0; have Z := partition_gt0 e H x0.
have h := @jensen_expo X (boltzmann e H) (fun x => - D x) boltzmann_distribution.
have z : expect (boltzmann e H) (fun x => - D x) = 0.
  rewrite -[RHS]oppr0 -mean0 /expect -sumrN.
  by apply: eq_bigr => x _; rewrite mulrN.
rewrite z expo0 in h.
have pE : expect (boltzmann e H) (fun x => e (- D x))
        = partition e (fun x => H x + D x) / partition e H.
  rewrite /expect /boltzmann {2}/partition mulr_suml; apply: eq_bigr => x _.
  by rewrite mulrAC -expoD opprD.
rewrite pE ler_pdivl_mulr // mul1r in h.
by rewrite ler_opp2 ln_le // partition_gt0.
Qed.
End FreeEnergy.

(* Kadanoff's lower bound for the variational step: if T has unit sum and U has *)
(* mean 0 under e^{T-H}, then T + U gives a free energy that is not larger.     *)
Theorem kadanoff_lower_bound (V H : finType) (T U : V -> H -> R) (Hv : V -> R) : V -> H ->
  unit_sum e T -> \sum_v \sum_h e (T v h - Hv v) * U v h = 0 ->
  free_energy e (H_RG e (fun v h => T v h + U v h) Hv) <= free_energy e Hv.
Proof.
move=> v0 h0 uT mean0.
pose G (vh : V * H) := Hv vh.1 - T vh.1 vh.2.
have eG vh : e (- G vh) = e (T vh.1 vh.2 - Hv vh.1) by rewrite opprB.
have ZG : partition e G = partition e Hv.
  rewrite /partition (eq_bigr _ (fun vh _ => eG vh)).
  rewrite -(pair_bigA _ (fun v h => e (T v h - Hv v))) /=.
  by apply: eq_bigr => v _; apply: unit_sum_marginal.
have ZD : partition e (fun vh => G vh + - U vh.1 vh.2)
        = partition e (H_RG e (fun v h => T v h + U v h) Hv).
  rewrite partition_RG // /partition.
  rewrite -(pair_bigA _ (fun v h => e (- (Hv v - T v h + - U v h)))) /=.
  apply: eq_bigr => v _; rewrite mulr_suml; apply: eq_bigr => h _.
  by rewrite -expoD; congr (expo e _); ring.
rewrite /free_energy -ZD -ZG -/(free_energy e G).
apply: kadanoff_moving_bound (v0, h0) _ _.
rewrite /expect /boltzmann.
rewrite (eq_bigr (fun vh => - (e (T vh.1 vh.2 - Hv vh.1) * U vh.1 vh.2) / partition e G)).
  rewrite -mulr_suml sumrN -(pair_bigA _ (fun v h => e (T v h - Hv v) * U v h)) /=.
  by rewrite mean0 oppr0 mul0r.
by move=> vh _; rewrite eG mulrN mulrAC mulNr.
Qed.
End Inequalities.
